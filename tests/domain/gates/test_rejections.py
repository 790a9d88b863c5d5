"""Every no of a gate is one class, one sentence, and some rule says it with the facts that the sentence names."""

import ast
import inspect
import string
from pathlib import Path

import pytest

from bot import verbs as doors
from bot.domain.gates import decide as rules
from bot.domain.gates import rejections
from bot.domain.rejected import Rejected

KINDS = [
    kind
    for _, kind in inspect.getmembers(rejections, inspect.isclass)
    if issubclass(kind, Rejected) and kind is not Rejected
]
RAISED = [
    node.exc
    for path in (*Path(rules.__file__).parent.glob("*.py"), *Path(doors.__file__).parent.glob("*.py"))
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.Raise)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_no_is_a_sentence_with_its_facts_filled_in(kind: type[Rejected]) -> None:
    blanks = {name for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    no = kind(**{name: f"a-{name}" for name in blanks})
    assert no.sentence
    assert "{" not in no.sentence
    assert "\n" not in no.sentence


@pytest.mark.parametrize("kind", KINDS)
def test_every_no_is_said_by_some_rule_with_its_facts(kind: type[Rejected]) -> None:
    blanks = {name for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    said = list[set[str | None]]()
    for raised in RAISED:
        match raised:
            case ast.Call(func=ast.Name(id=name), keywords=given) if name == kind.__name__:
                said.append({fact.arg for fact in given})
            case ast.Name(id=name) if name == kind.__name__:
                said.append(set())
            case _:
                pass
    assert said
    assert all(facts == blanks for facts in said)
