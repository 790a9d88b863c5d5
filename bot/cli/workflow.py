"""`muster workflow`: are the workflows sound, and what do their stages and moves look like?"""

import argparse
import shutil
import sys

from bot.cli.tables import in_columns, in_markdown
from bot.config import load
from bot.config.mistakes import suggest
from bot.config.schemas import FOLDER, KINDS, file, published
from bot.domain.workflow.comparison import compared
from bot.domain.workflow.drawing import in_mermaid, in_words
from bot.settings import Settings, read

WIDTH = 100
"""Characters in a line where no terminal says how many it has."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(asks="show", name="", mermaid=False)
    asks = parser.add_subparsers(dest="asks", metavar="show | check | compare | schema")
    show = asks.add_parser("show", help="the stages, their hats, and the moves between them")
    show.add_argument("name", nargs="?", default="", help="a workflow; the one in force unless said")
    show.add_argument("--mermaid", action="store_true", help="as a state diagram for a page")
    asks.add_parser("check", help="read all manifests, and say what is wrong with them, and what would be right")
    compare = asks.add_parser("compare", help="workflows side by side: who must act, what runs without asking, limits")
    compare.add_argument("names", nargs="*", metavar="name", help="those to compare; all of them unless said")
    compare.add_argument("--markdown", action="store_true", help="as a table for a page")
    schema = asks.add_parser("schema", help="the JSON Schemas by which editors complete and check manifests")
    schema.add_argument("kind", nargs="?", choices=KINDS, help="print this one; without it, say which there are")
    schema.add_argument("--write", action="store_true", help="write all of them beside the manifests")


def run(chosen: argparse.Namespace) -> int:
    """Print what is asked for; mistakes in manifests are the caller's to print. Exit with 1 where there is nothing."""
    settings = read()
    match chosen.asks:
        case "check":
            return _check(settings)
        case "compare":
            return _compare(chosen.names, settings, markdown=chosen.markdown)
        case "schema":
            return _schema(chosen.kind, settings, write=chosen.write)
        case _:
            return _show(chosen.name or settings.workflow, settings, mermaid=chosen.mermaid)


def _check(settings: Settings) -> int:
    workflows = load(settings.manifests, settings.environment, settings.workflow).workflows
    for name, policy in sorted(workflows.by_name.items()):
        moves = sum(len(move.before) for move in policy.transitions)
        in_force = " (in force)" if name == workflows.chosen else ""
        print(f"✓ {name}{in_force}: {len(policy.stages)} stages, {moves} moves; its version is {policy.hash[:12]}.")
    return 0


def _show(name: str, settings: Settings, *, mermaid: bool) -> int:
    if name not in _names(settings):
        return _is_unknown(name, settings)
    policy = load(settings.manifests, settings.environment, name).policy
    print("\n".join(in_mermaid(policy) if mermaid else in_words(policy)))
    return 0


def _compare(names: list[str], settings: Settings, *, markdown: bool) -> int:
    """Print workflows side by side, the one in force first unless others are named."""
    if unknown := [name for name in names if name not in _names(settings)]:
        return _is_unknown(unknown[0], settings)
    workflows = load(settings.manifests, settings.environment, settings.workflow).workflows
    shown = dict.fromkeys(names or (workflows.chosen, *sorted(workflows.by_name)))
    rows = compared([workflows.by_name[name] for name in shown])
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    print("\n".join(in_markdown([*shown], rows) if markdown else in_columns([*shown], rows, width)))
    return 0


def _schema(kind: str | None, settings: Settings, *, write: bool) -> int:
    """Print one schema, write all of them, or say which there are."""
    folder = settings.manifests / FOLDER
    if write:
        folder.mkdir(exist_ok=True)
        for each in KINDS:
            (folder / file(each)).write_text(published(each), encoding="utf-8")
        print(f"Written to {folder}: {', '.join(map(file, KINDS))}.")
    elif kind is not None:
        print(published(kind), end="")
    else:
        for each, (title, _) in KINDS.items():
            print(f"{each:<9} {title}")
    return 0


def _is_unknown(name: str, settings: Settings) -> int:
    print(f"No workflow is called “{name}”. {suggest(name, _names(settings), 'There are')}", file=sys.stderr)
    return 1


def _names(settings: Settings) -> list[str]:
    return sorted(path.stem for path in (settings.manifests / "workflows").glob("*.yaml"))
