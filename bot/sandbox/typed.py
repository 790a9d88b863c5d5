"""What a person types, as Slack stores it: escaped, with mentions, channels and links made out."""

import re

from bot.sandbox.workspace import Workspace

SPECIAL = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}
WORD = re.compile(
    r"(?P<meant><(?:@[UW]\w+|#[CG]\w+)(?:\|[^<>]*)?>)"
    r"|(?P<link>https?://[^\s<>]+)"
    r"|(?<![\w.])@(?P<person>[\w.-]*\w)"
    r"|(?<!\w)#(?P<channel>[a-z0-9_-]+)"
)


def stored(workspace: Workspace, text: str) -> str:
    """The text of a message. ``<@U…>`` and ``<#C…>``, which the page's completion writes, stay as they are."""
    return _made_out(workspace, text, named=False)


def for_command(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """The text of a command: as typed, unless the app asked for ``<@U…|name>`` and ``<#C…|name>``."""
    return _made_out(workspace, text, named=True) if should_escape else text


def _made_out(workspace: Workspace, text: str, *, named: bool) -> str:
    parts, end = [], 0
    for word in WORD.finditer(text):
        parts += [_escaped(text[end : word.start()]), _meaning(workspace, word, named=named)]
        end = word.end()
    return "".join([*parts, _escaped(text[end:])])


def _meaning(workspace: Workspace, word: re.Match[str], *, named: bool) -> str:
    if word["meant"]:
        return word["meant"] if _known(workspace, word["meant"]) else _escaped(word["meant"])
    if word["link"]:
        return f"<{_escaped(word['link'])}>"
    if name := word["person"]:
        person = next((p for p in workspace.people.values() if p.name == name.lower()), None)
        if person:
            return f"<@{person.id}|{person.name}>" if named else f"<@{person.id}>"
        group = next((g for g in workspace.groups.values() if g.handle == name.lower()), None)
        if group:
            return f"<!subteam^{group.id}|@{group.handle}>" if named else f"<!subteam^{group.id}>"
        return SPECIAL.get(name, word[0])
    channel = workspace.named(word["channel"])
    return f"<#{channel.id}|{channel.name if named else ''}>" if channel and channel.kind == "channel" else word[0]


def _known(workspace: Workspace, mention: str) -> bool:
    id_ = mention.strip("<>").partition("|")[0][1:]
    return id_ in workspace.people or id_ in workspace.channels


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
