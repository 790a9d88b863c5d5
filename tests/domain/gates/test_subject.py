"""What a vote binds to: any change of it is another hash, and is named in words."""

from typing import Any

import pytest

from bot.domain.gates.subject import Subject, of_plan
from bot.domain.runbook import WaitStep
from tests.domain.gates.asking import SUBJECT, TWO_OF_THREE
from tests.harness.plans import plan

CHANGES: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"action": "Restart search"}, ("action",)),
    ({"target": "search"}, ("target",)),
    ({"parameters": {"replicas": 4}}, ("replicas",)),
    ({"parameters": {"replicas": True}}, ("replicas",)),
    ({"parameters": {"replicas": 3, "zone": "b"}}, ("zone",)),
    ({"dry_run": "9 pods"}, ("dry run",)),
    ({"policy": "another"}, ("policy",)),
    ({"touches": ("compliance",)}, ("what it touches",)),
    ({"details": {"steps": "1f"}}, ("steps",)),
    ({"parameters": {"replicas": 4}, "action": "Restart 4", "details": {"steps": "1f"}}, ("replicas",)),
]


@pytest.mark.parametrize(("change", "named"), CHANGES, ids=[str(change) for change, _ in CHANGES])
def test_each_field_counts_and_is_named(change: dict[str, Any], named: tuple[str, ...]) -> None:
    other = SUBJECT.model_copy(update=change)
    assert other.hash != SUBJECT.hash
    assert other.differs_from(SUBJECT) == named


def test_what_is_the_same_has_the_same_hash() -> None:
    again = Subject.model_validate_json(SUBJECT.model_dump_json())
    assert again.hash == SUBJECT.hash
    assert again.differs_from(SUBJECT) == ()


def test_all_that_a_plan_consists_of_counts() -> None:
    one = plan()
    subject = of_plan(one)
    steps = one.model_copy(update={"steps": (*one.steps, WaitStep(id="rest", says="Wait", seconds=5))})
    assert of_plan(steps).differs_from(subject) == ("steps",)
    url = one.model_copy(update={"url": "https://elsewhere.internal"})
    assert of_plan(url).differs_from(subject) == ("url",)
    assert of_plan(plan(replicas="6")).differs_from(subject) == ("replicas",)
    assert of_plan(one, approval=TWO_OF_THREE.hash).differs_from(subject) == ("policy",)
    assert of_plan(one, dry_run="9 pods").differs_from(subject) == ("dry run",)
