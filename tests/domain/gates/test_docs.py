"""The page about approvals: its examples are taken as they stand, and it names every key that there is."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from ruamel.yaml import YAML

from bot.domain.gates.choice import GateChoice
from bot.domain.gates.policy import ApprovalPolicy, Glass, Step, Tier
from bot.domain.gates.seat import Route, Seat
from bot.domain.gates.short import SHORT_KEYS

PAGE = (Path(__file__).parents[3] / "docs" / "approvals.md").read_text()


def examples() -> list[dict[str, Any]]:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return [YAML(typ="safe").load(block) for block in blocks]


def test_the_examples_are_taken() -> None:
    gates, approvals, glass = examples()
    choices = TypeAdapter(tuple[GateChoice, ...]).validate_python(gates["gates"])
    assert len(choices) == 5
    for name, given in approvals["approvals"].items():
        broken = ApprovalPolicy.model_validate({"id": name, **given, **glass})
        assert broken.glass is not None
        assert broken.kind == given["kind"]


@pytest.mark.parametrize("model", [ApprovalPolicy, GateChoice, Glass, Route, Seat, Step, Tier])
def test_every_key_is_named(model: type[BaseModel]) -> None:
    keys = {*model.model_fields} - {"id"}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", PAGE)) == []


def test_every_key_of_the_short_forms_is_named() -> None:
    assert sorted(key for key in SHORT_KEYS if not re.search(rf"\b{key}\b", PAGE)) == []
