"""A runbook as operators declare it, and a plan: one runbook with its parameters filled in, ready to be approved."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.ids import canonical, digest

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpStep(Frozen):
    """One HTTP call. Idempotent by a correlation id: it is sent as `Idempotency-Key`."""

    uses: Literal["http"] = "http"
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    says: str
    """What the step does, in words for the approval message."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    """A path below the target service's url."""
    body: dict[str, Any] | None = None
    timeout: float = Field(default=30, gt=0, le=600)
    """Seconds until one attempt is given up."""


class WaitStep(Frozen):
    """Do nothing for a while, e.g. while connections drain."""

    uses: Literal["wait"] = "wait"
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    says: str
    seconds: float = Field(gt=0, le=3600)


Step = Annotated[HttpStep | WaitStep, Field(discriminator="uses")]


class Parameter(Frozen):
    type: Literal["text", "integer", "choice", "boolean"] = "text"
    label: str
    default: str | int | bool | None = None
    """None: the person must fill it in."""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()


class Verify(Frozen):
    """How a mitigation is proven: the target's own signal, healthy without a break for `settle` seconds."""

    settle: float = Field(gt=0, le=7200)
    within: float = Field(gt=0, le=14400)
    """Seconds after the last step by which the signal must have settled, else the rollback runs."""
    every: float = Field(default=5, gt=0, le=300)


class Runbook(Frozen):
    """What operators declare in `manifests/runbooks/<id>.yaml`."""

    id: str
    title: str
    """A verb phrase: "Restart checkout"."""
    target: str
    """A service of the catalogue. Only one change at a time runs on a target."""
    risk: str
    expect: str
    """The effect expected on the detecting signal, in words."""
    parameters: dict[str, Parameter] = {}
    steps: tuple[Step, ...] = Field(min_length=1)
    rollback: tuple[Step, ...] = ()
    no_rollback_because: str | None = None
    """Said instead of a rollback where there is nothing to undo."""
    verify: Verify
    touches: tuple[Literal["customer-data", "compliance"], ...] = ()
    """Anything named here needs a human's sign-off in every preset."""


class Signal(Frozen):
    """A health reading of a service: one HTTP GET and the answer that means healthy."""

    path: str
    field: str = "status"
    """A field of the JSON answer; dots go deeper."""
    healthy: str = "ok"


class Service(Frozen):
    """What operators declare in `manifests/services.yaml`."""

    id: str
    title: str
    owner: str
    tier: int = Field(default=2, ge=1, le=4)
    environment: str = "production"
    url: str
    signal: Signal | None = None


class Plan(Frozen):
    """One runbook, filled in, frozen: what people vote on and what will run. Votes bind to its hash."""

    runbook: str
    title: str
    target: str
    environment: str
    url: str
    risk: str
    expect: str
    parameters: dict[str, str | int | bool] = {}
    steps: tuple[Step, ...]
    rollback: tuple[Step, ...] = ()
    no_rollback_because: str | None = None
    verify: Verify
    signal: Signal
    touches: tuple[str, ...] = ()
    policy: str = ""
    """The hash of the policy in force."""

    @property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))

    def differs_from(self, other: "Plan") -> tuple[str, ...]:
        """Name the fields that changed, parameters one by one, for the message that voids the votes."""
        mine, theirs = self.model_dump(mode="json"), other.model_dump(mode="json")
        changed = [
            name
            for name in mine
            if name not in {"parameters", "steps", "rollback"} and _differ(mine[name], theirs[name])
        ]
        keys = sorted({*self.parameters, *other.parameters})
        changed += [key for key in keys if _differ(self.parameters.get(key), other.parameters.get(key))]
        if not changed:
            changed = [name for name in ("steps", "rollback") if _differ(mine[name], theirs[name])]
        return tuple(changed)


def _differ(one: Any, other: Any) -> bool:
    """Compare as the hash does: 1 and True are equal in Python, and not in a plan that somebody approved."""
    return canonical({"": one}) != canonical({"": other})


class BadParameter(ValueError):
    """A parameter is missing or does not fit; `name` says which one."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def fill_in(runbook: Runbook, given: Mapping[str, str]) -> dict[str, str | int | bool]:
    """Read a person's words as the runbook's typed parameters.

    Raises BadParameter with a sentence for the person.
    """
    known = ", ".join(runbook.parameters) or "none"
    for name in given:
        if name not in runbook.parameters:
            raise BadParameter(name, f"{runbook.id} has no parameter “{name}”. It takes: {known}.")
    return {name: _read(name, spec, given.get(name, "")) for name, spec in runbook.parameters.items()}


def _read(name: str, spec: Parameter, word: str) -> str | int | bool:
    if word == "":
        if spec.default is None:
            raise BadParameter(name, f"Please give {name} ({spec.label}): {name}=…")
        return spec.default
    match spec.type:
        case "text":
            return word
        case "choice":
            if word not in spec.choices:
                raise BadParameter(name, f"{name} must be one of {', '.join(spec.choices)}; it was “{word}”.")
            return word
        case "boolean":
            truth = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(word.lower())
            if truth is None:
                raise BadParameter(name, f"{name} must be yes or no; it was “{word}”.")
            return truth
        case "integer":
            return _read_integer(name, spec, word)


def _read_integer(name: str, spec: Parameter, word: str) -> int:
    try:
        number = int(word)
    except ValueError:
        raise BadParameter(name, f"{name} must be a whole number; it was “{word}”.") from None
    low, high = spec.minimum, spec.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise BadParameter(name, f"{name} must be between {low} and {high}; it was {number}.")
    return number


def plan_of(
    runbook: Runbook, service: Service, signal: Signal, parameters: Mapping[str, str | int | bool], policy: str
) -> Plan:
    """Fill the runbook's placeholders and freeze it with its target's facts."""
    return Plan(
        runbook=runbook.id,
        title=str(_fill(runbook.title, parameters)),
        target=service.id,
        environment=service.environment,
        url=service.url,
        risk=runbook.risk,
        expect=runbook.expect,
        parameters=dict(parameters),
        steps=tuple(_filled(step, parameters) for step in runbook.steps),
        rollback=tuple(_filled(step, parameters) for step in runbook.rollback),
        no_rollback_because=runbook.no_rollback_because,
        verify=runbook.verify,
        signal=signal,
        touches=runbook.touches,
        policy=policy,
    )


def _filled(step: Step, parameters: Mapping[str, str | int | bool]) -> Step:
    return type(step).model_validate(_fill(step.model_dump(), parameters))


def _fill(value: Any, parameters: Mapping[str, str | int | bool]) -> Any:
    """Replace `${name}`; a value that is one placeholder alone keeps the parameter's type."""
    match value:
        case str() if (alone := PLACEHOLDER.fullmatch(value)) and alone[1] in parameters:
            return parameters[alone[1]]
        case str():
            return PLACEHOLDER.sub(lambda found: str(parameters.get(found[1], found[0])), value)
        case dict():
            return {key: _fill(inner, parameters) for key, inner in value.items()}
        case list() | tuple():
            return [_fill(inner, parameters) for inner in value]
        case _:
            return value
