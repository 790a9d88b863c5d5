"""JSON Schemas of all that operators write: editors complete and check by them. Published in `manifests/schemas/`."""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from bot.config.schemas.generator import Generator
from bot.domain.declared import Name
from bot.domain.hats import Hat
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.notifier import Notifier
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Schedule
from bot.domain.runbook import Frozen, Runbook, Service
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import HatPolicy


class OnCall(Frozen):
    """A file of the on-call book: any of these, each by its id."""

    people: dict[Name, Person] = {}
    """Who may be on call, where they live, and how they are reached."""
    teams: dict[Name, Team] = {}
    """Who answers for services: services.yaml names a team as their owner."""
    schedules: dict[Name, Schedule] = {}
    """Who is on shift when."""
    escalations: dict[Name, EscalationPolicy] = {}
    """Who is called, for how long it is waited, and who comes next."""
    notifiers: dict[Name, Notifier] = {}
    """The ways by which people are told; `slack` is there without being declared."""


KINDS: dict[str, tuple[str, Any]] = {
    "workflow": ("A workflow: manifests/workflows/*.yaml", Policy),
    "hats": ("Hats: manifests/hats.yaml", dict[Hat, HatPolicy]),
    "services": ("The catalogue of services: manifests/services.yaml", dict[Name, Service]),
    "runbook": ("A runbook: manifests/runbooks/*.yaml", Runbook),
    "oncall": ("The on-call book: manifests/oncall/*.yaml", OnCall),
}
"""What is published: by its name, what it describes, and the shape that is read."""

FOLDER = "schemas"
"""Where they lie, below the manifests."""


def file(kind: str) -> str:
    return f"{kind}.schema.json"


@cache
def schema_of(kind: str) -> JsonSchemaValue:
    """Generate the schema of one kind of manifest."""
    title, model = KINDS[kind]
    found = TypeAdapter(model).json_schema(schema_generator=Generator)
    return {"$schema": Generator.schema_dialect, "title": title, **found}


def published(kind: str) -> str:
    """Write the schema of a kind as it lies in its file."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"
