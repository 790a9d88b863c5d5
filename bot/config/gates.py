"""Gates as a workflow writes them: is there ever somebody to ask, and can what its approval says ever come?"""

from collections.abc import Iterator, Mapping

from bot.config.approvals import as_written
from bot.config.documents import Document, items, words
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.domain.gates.slips import slips
from bot.domain.hats import Hat
from bot.domain.oncall.book import Book
from bot.domain.workflow.lifecycle import Purpose
from bot.domain.workflow.policy import Policy

UNDOES_NOTHING = {"mitigation": "a mitigation", "notification": "customers are told"}
"""What a gate stands before, where nothing has been done yet that could be rolled back."""


def check(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check what is written, however broken the rest is. `purposes` are those of the stages."""
    for index, gate in enumerate(items(document.tree.get("gates"))):
        if isinstance(gate, dict):
            yield from _stages(document, index, gate, purposes)
            yield from _nothing_to_undo(document, gate)
    yield from _written(document)


def never(document: Document, policy: Policy, book: Book) -> Iterator[Mistake]:
    """Check what approvals that are right in themselves can never be, with the hats and schedules there are."""
    alone = {f"hat {hat.value}" for hat in Hat if policy.hat(hat).exclusive}
    alone |= {f"schedule {name}" for name, schedule in book.schedules.items() if schedule.elsewhere is None}
    for name, approval in policy.approvals.items():
        for slip in slips(approval, alone):
            place = as_written(("approvals", name, *slip.place), document)
            yield document.mistake(place, slip.what, slip.instead)


def before_move(document: Document, to: str, purpose: Purpose | None) -> Place | None:
    """Find the gate that moves into a stage wait at."""
    for index, gate in enumerate(items(document.tree.get("gates"))):
        if purpose is None or not isinstance(gate, dict) or purpose.asks not in items(gate.get("before")):
            continue
        if to in (items(gate.get("stages")) or [to]):
            return ("gates", index)
    return None


def _written(document: Document) -> Iterator[Mistake]:
    """Find keys that do nothing where they stand."""
    approvals = document.tree.get("approvals")
    for name, approval in approvals.items() if isinstance(approvals, dict) else ():
        written = approval if isinstance(approval, dict) else {}
        if "id" in written:
            yield document.mistake(("approvals", name, "id"), "the name is the key above it", "Remove this line.")
        if "second_quorum" in written and not written.get("second"):
            what = "there is no second tier whose quorum it could be"
            yield document.mistake(
                ("approvals", name, "second_quorum"), what, "Add second: [{team: …}], or remove this line."
            )


def _stages(
    document: Document, index: int, gate: Mapping[str, object], purposes: Mapping[str, Purpose | None]
) -> Iterator[Mistake]:
    """Check the stages that a gate names: each must be there, and be entered by what the gate stands before."""
    for number, name in enumerate(items(gate.get("stages"))):
        if isinstance(name, str) and purposes and name not in purposes:
            what = f"no stage is called {shown(name)}"
            yield document.mistake(("gates", index, "stages", number), what, suggest(name, purposes, "There are"))
    standing = words(gate.get("before"))
    before = {*standing} & {"stage", "resolution"}
    if standing and not before and items(gate.get("stages")):
        what = f"it names stages that moves lead into, and this stands before: {', '.join(standing)}"
        yield document.mistake(("gates", index, "stages"), what, "Remove it, or write before: [stage].")
    named = [name for name in words(gate.get("stages")) if purposes.get(name) is not None]
    asked = {purpose.asks for name in named if (purpose := purposes[name]) is not None}
    if before and named and not asked & before:
        what = f"moves into {', '.join(named)} are asked about as {asked.pop()}, so nobody is ever asked here"
        instead = "Write before: [resolution]." if "stage" in before else "Write before: [stage]."
        yield document.mistake(("gates", index, "stages"), what, instead)


def _nothing_to_undo(document: Document, gate: Mapping[str, object]) -> Iterator[Mistake]:
    """Find approvals that would roll back what has not been done yet."""
    use = gate.get("use")
    for before in words(gate.get("before")):
        for key in ("then", "last_resort"):
            place: Place = ("approvals", str(use), key)
            if before in UNDOES_NOTHING and document.at(place) == "roll-back":
                what = f"before {UNDOES_NOTHING[before]} there is nothing to roll back"
                yield document.mistake(
                    place, what, "Write expire, reject or approve; moves may have an approval of their own."
                )
