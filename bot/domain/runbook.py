"""A runbook as operators declare it, and a plan: one runbook with its parameters filled in, ready to be approved."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.domain.declared import ChannelName, Day, Name, ParameterName, Path, Seconds, Url, Words, misfit
from bot.domain.ids import canonical, digest

Phase = Literal["plan", "rollback"]
"""Which steps of a plan run: those that mend it, or those that undo them."""

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpStep(Frozen):
    """One HTTP call. Idempotent by a correlation id: it is sent as `Idempotency-Key`."""

    uses: Literal["http"] = "http"
    """One HTTP call."""
    id: Name
    """The timeline names it; once per file, rollback included."""
    says: Words
    """What the step does, in words for the approval message."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    """How the path is called."""
    path: Path
    """A path below the target service's url."""
    body: dict[str, Any] | None = None
    """Sent as JSON."""
    timeout: Seconds = Field(default=30, gt=0, le=600)
    """Seconds until one attempt is given up."""


class WaitStep(Frozen):
    """Do nothing for a while, e.g. while connections drain."""

    uses: Literal["wait"] = "wait"
    """Nothing but time."""
    id: Name
    """The timeline names it; once per file, rollback included."""
    says: Words
    """What is waited for, in words for the approval message."""
    seconds: Seconds = Field(gt=0, le=3600)
    """Seconds that it waits."""


Step = Annotated[HttpStep | WaitStep, Field(discriminator="uses")]


class TrialStep(Frozen):
    """One HTTP call that changes nothing, sent with `Dry-Run: true`: what it answers, people approve with the plan."""

    id: Name
    """Once per file, steps and rollback included."""
    says: Words
    """What is asked, in words: it stands above the answer."""
    method: Literal["GET", "POST"] = "POST"
    """How the path is called."""
    path: Path
    """A path below the target service's url."""
    body: dict[str, Any] | None = None
    """Sent as JSON."""
    timeout: Seconds = Field(default=5, gt=0, le=20)
    """Seconds until it is given up. All of a dry run have 20 seconds together."""
    shows: Words | None = None
    """The field of the JSON answer that people see; dots go deeper. The whole answer unless said.

    Name one without times or counters in it: where a second try answers otherwise, votes fall.
    """


HttpCall = TypeVar("HttpCall", HttpStep, TrialStep)


class Parameter(Frozen):
    type: Literal["text", "integer", "choice", "boolean"] = "text"
    """What may be filled in."""
    label: Words
    """What people are asked for."""
    minimum: int | None = None
    """Of an `integer`."""
    maximum: int | None = None
    """Of an `integer`."""
    choices: tuple[Words, ...] = Field(default=(), max_length=100, validate_default=True)
    """As many as a menu in Slack holds."""
    default: str | int | bool | None = None
    """None: the person must fill it in."""

    @field_validator("minimum", "maximum")
    @classmethod
    def _bounds_a_number(cls, bound: int | None, info: ValidationInfo) -> int | None:
        if bound is not None and info.data.get("type") not in {"integer", None}:
            raise misfit("only a number has bounds", "Write type: integer, or remove this line.")
        low = info.data.get("minimum")
        if bound is not None and low is not None and bound < low:
            raise misfit("it is below the minimum", f"Write {low} or more.")
        return bound

    @field_validator("choices")
    @classmethod
    def _belongs_to_a_choice(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        match info.data.get("type"):
            case "choice" if not choices:
                raise misfit("a choice needs something to choose from", "List them: choices: [blue, green].")
            case "text" | "integer" | "boolean" if choices:
                raise misfit("only a choice has choices", "Write type: choice, or remove this line.")
        return choices

    @field_validator("default")
    @classmethod
    def _default_fits(cls, default: str | int | bool | None, info: ValidationInfo) -> str | int | bool | None:
        low, high, choices = (info.data.get(name) for name in ("minimum", "maximum", "choices"))
        match info.data.get("type"), default:
            case _, None:
                pass
            case "text", int():
                raise misfit(f"“{default}” is not text", "Put it in quotes.")
            case "boolean", str() | int() if not isinstance(default, bool):
                raise misfit(f"“{default}” is neither yes nor no", "Write true or false.")
            case "integer", str() | bool():
                raise misfit(f"“{default}” is not a whole number", "Write digits without quotes.")
            case "integer", int() if not is_within(default, low, high):
                raise misfit(f"{default} is out of the parameter's range", f"Write a number {bounds(low, high)}.")
            case "choice", _ if choices and default not in choices:
                raise misfit(f"“{default}” is not among the choices", f"Write one of: {', '.join(choices)}.")
        return default


class Verify(Frozen):
    """How a mitigation is proven: the target's own signal, healthy without a break for `settle` seconds."""

    settle: Seconds = Field(gt=0, le=7200)
    """Seconds that the signal must stay healthy without a break."""
    within: Seconds = Field(gt=0, le=14400)
    """Seconds after the last step by which the signal must have settled, else the rollback runs."""
    every: Seconds = Field(default=5, gt=0, le=300)
    """Seconds between two readings."""

    @field_validator("within")
    @classmethod
    def _leaves_time_to_settle(cls, within: float, info: ValidationInfo) -> float:
        settle = info.data.get("settle", 0)
        if within <= settle:
            raise misfit(
                "the signal could never settle in that time", f"Write more than settle, which is {settle:g} seconds."
            )
        return within


class Runbook(Frozen):
    """What operators declare in `manifests/runbooks/<id>.yaml`."""

    id: Name
    title: Words
    """A verb phrase: "Restart checkout"."""
    target: Name
    """A service of the catalogue. Only one change at a time runs on a target."""
    risk: Words
    """What may go wrong, or hurts meanwhile: whoever approves reads it."""
    expect: Words
    """The effect expected on the detecting signal, in words."""
    parameters: dict[ParameterName, Parameter] = {}
    """What whoever proposes it fills in; `${name}` stands for it below."""
    dry_run: tuple[TrialStep, ...] = Field(default=(), max_length=5)
    """Asked before people are: what the steps would do. Nothing of it may change anything."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """Done in this order."""
    rollback: tuple[Step, ...] = ()
    """Done when a step fails, or when the signal does not settle in time."""
    no_rollback_because: Words | None = None
    """Said instead of a rollback where there is nothing to undo."""
    verify: Verify
    touches: tuple[Literal["customer-data", "compliance"], ...] = ()
    """Anything named here needs a human's sign-off in every preset."""
    reviewed: Day | None = None
    """When somebody last read it through; None: nobody has. How long that holds, the workflow says."""


class Signal(Frozen):
    """A health reading of a service: one HTTP GET and the answer that means healthy."""

    path: Path
    """Read by GET, below the service's url."""
    field: Words = "status"
    """A field of the JSON answer; dots go deeper."""
    healthy: Words = "ok"
    """What the field says when all is well."""


class Service(Frozen):
    """What operators declare in `manifests/services.yaml`."""

    id: Name
    title: Words
    """What people call it."""
    owner: Words
    """The team that answers for it."""
    tier: int = Field(default=2, ge=1, le=4)
    """1 (the business stops without it) to 4."""
    environment: Words = "production"
    """Shown to whoever approves."""
    url: Url
    """Where steps and signals call it. `SERVICE_URL_<ID>` in the environment overrides it."""
    signal: Signal | None = None
    channels: tuple[ChannelName, ...] = ()
    """Told, besides the workflow's own, when an incident of the service is declared; without `#`."""
    workflow: Name | None = None
    """The one that its incidents go by; None: the one in force, or that which it names for the severity."""


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
    dry_run: tuple[TrialStep, ...] = Field(default=(), exclude_if=lambda steps: not steps)
    """Left out where there is none, so that plans from before there were dry runs keep their hash."""
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
        names = [name for name in dict.fromkeys((*mine, *theirs)) if name != "parameters"]
        fields = [name for name in names if _differ(mine.get(name), theirs.get(name))]
        keys = sorted({*self.parameters, *other.parameters})
        words = [key for key in keys if _differ(self.parameters.get(key), other.parameters.get(key))]
        apart = [name for name in fields if name not in FOLLOWS]
        return (*apart, *words) if apart or words else tuple(fields)


FOLLOWS = {"title", "risk", "expect", "dry_run", "steps", "rollback"}
"""Fields with placeholders: where a parameter changed, they change with it, and naming them too would hide it."""


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
    if not is_within(number, spec.minimum, spec.maximum):
        raise BadParameter(name, f"{name} must be {bounds(spec.minimum, spec.maximum)}; it was {number}.")
    return number


def is_within(number: int, low: int | None, high: int | None) -> bool:
    return (low is None or number >= low) and (high is None or number <= high)


def bounds(low: int | None, high: int | None) -> str:
    """Say a range in words: "between 1 and 20", "at least 1", "at most 20"."""
    if low is not None and high is not None:
        return f"between {low} and {high}"
    return f"at least {low}" if low is not None else f"at most {high}"


def plan_of(
    runbook: Runbook, service: Service, signal: Signal, parameters: Mapping[str, str | int | bool], policy: str
) -> Plan:
    """Fill the runbook's placeholders and freeze it with its target's facts."""
    because = runbook.no_rollback_because
    return Plan(
        runbook=runbook.id,
        title=_say(runbook.title, parameters),
        target=service.id,
        environment=service.environment,
        url=service.url,
        risk=_say(runbook.risk, parameters),
        expect=_say(runbook.expect, parameters),
        parameters=dict(parameters),
        dry_run=tuple(_filled_call(step, parameters) for step in runbook.dry_run),
        steps=tuple(_filled(step, parameters) for step in runbook.steps),
        rollback=tuple(_filled(step, parameters) for step in runbook.rollback),
        no_rollback_because=because and _say(because, parameters),
        verify=runbook.verify,
        signal=signal,
        touches=runbook.touches,
        policy=policy,
    )


def _filled(step: Step, parameters: Mapping[str, str | int | bool]) -> Step:
    match step:
        case WaitStep():
            return step.model_copy(update={"says": _say(step.says, parameters)})
        case HttpStep():
            return _filled_call(step, parameters)


def _filled_call(step: HttpCall, parameters: Mapping[str, str | int | bool]) -> HttpCall:
    # Quoted, so that no word of a person can lead the call to another path.
    quoted = {name: quote(_spoken(value), safe="") for name, value in parameters.items()}
    says, path = _say(step.says, parameters), _say(step.path, quoted)
    return step.model_copy(update={"says": says, "path": path, "body": _fill(step.body, parameters)})


def _fill(value: Any, parameters: Mapping[str, str | int | bool]) -> Any:
    """Replace `${name}`; a value that is one placeholder alone keeps the parameter's type."""
    match value:
        case str() if (alone := PLACEHOLDER.fullmatch(value)) and alone[1] in parameters:
            return parameters[alone[1]]
        case str():
            return _say(value, parameters)
        case dict():
            return {_say(key, parameters): _fill(inner, parameters) for key, inner in value.items()}
        case list() | tuple():
            return [_fill(inner, parameters) for inner in value]
        case _:
            return value


def _say(text: str, parameters: Mapping[str, str | int | bool]) -> str:
    return PLACEHOLDER.sub(lambda found: _spoken(parameters.get(found[1], found[0])), text)


def _spoken(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
