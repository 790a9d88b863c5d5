"""`timeline`, `export`, `list`, `help`: reading what is there."""

import difflib

from bot.domain.incident.commands import RequestExport
from bot.domain.incident.state import Incident
from bot.domain.severity import severity
from bot.exporters import ALL as EXPORTERS
from bot.verbs.request import Answer, Ask, House, Request, Said, ShowHelp, ShowList, ShowTimeline, Verb, submit


def timeline(request: Request, house: House) -> Answer:
    records = house.engine.history(str(request.incident))
    return ShowTimeline(house.engine.incident(str(request.incident)), records)  # in this order: it knows what they name


def export(request: Request, house: House) -> Answer:
    word = request.words.strip().lower()
    if not word:
        return Ask("export")
    names = {name: exporter.name for exporter in EXPORTERS for name in (exporter.name, *exporter.aliases)}
    if word not in names:
        near = difflib.get_close_matches(word, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return Said(f"I can't export as “{word}”.{hint} There are: {', '.join(e.name for e in EXPORTERS)}.")
    command = RequestExport(**request.facts(), format=names[word])
    return submit(
        house, command, f"The timeline is being made as {names[word]}; the file comes to the incident's channel."
    )


def list_(request: Request, house: House) -> Answer:
    words = request.words.strip()
    return ShowList([incident for incident in house.engine.open() if _has(incident, words)], words)


def _has(incident: Incident, words: str) -> bool:
    """Tell whether each word is the incident's severity or stands in what a list says of it."""
    text = f"{incident.id} {incident.stage.label} {incident.title}".casefold()
    return all(severity(word) is incident.severity or word.casefold() in text for word in words.split())


def help_(request: Request, _: House) -> Answer:
    return ShowHelp(request.words.strip().lower() or None)


TIMELINE = Verb(name="timeline", aliases=("tl", "history"), usage="", summary="Read the timeline, alone.", act=timeline)
EXPORT = Verb(
    name="export",
    usage="markdown | html | json | csv",
    summary="Get the timeline as a file, in the channel.",
    act=export,
)
LIST = Verb(
    name="list",
    aliases=("ls", "open-incidents"),
    usage="[p1 | word of the title …]",
    summary="The open incidents, all or those with these words.",
    act=list_,
    needs_incident=False,
)
HELP = Verb(name="help", aliases=("?", "usage"), usage="[verb]", summary="This list.", act=help_, needs_incident=False)
