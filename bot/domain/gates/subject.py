"""What people vote on: the fields that a vote binds to, their hash, and which of them changed."""

from typing import Any

from bot.domain.gates.policy import Purpose
from bot.domain.ids import canonical, digest
from bot.domain.runbook import FOLLOWS, Frozen, Plan


class Subject(Frozen):
    """What is asked, frozen: a vote holds for exactly this, and falls with any change of it."""

    purpose: Purpose
    action: str
    """What would be done, as a verb phrase."""
    target: str
    """What it would be done to: a service, a stage, an audience."""
    parameters: dict[str, str | int | bool] = {}
    details: dict[str, str] = {}
    """What else it consists of, each part by its hash: its steps, its rollback, its address."""
    dry_run: str = ""
    """What a trial of it has said, in one line with the hash of it all; empty: there is none, or it is awaited."""
    touches: tuple[str, ...] = ()
    """Customer data, compliance: what is named here never approves itself."""
    policy: str = ""
    """The hash of what is in force: the workflow's policy, the approval policy."""

    @property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))

    def differs_from(self, other: "Subject") -> tuple[str, ...]:
        """Name the fields that changed, parameters and details one by one, for the message that voids the votes.

        Where a parameter changed, what is filled in with it changes, too, and isn't named: that would hide it. Nor is
        a dry run that is awaited anew: it has said nothing else yet.
        """
        mine, theirs = self.model_dump(mode="json"), other.model_dump(mode="json")
        fields = [name for name in mine if name not in {"parameters", "details"} and _differ(mine[name], theirs[name])]
        parts = _changed(self.details, other.details)
        says = ["dry_run"] if self.dry_run and self.dry_run != other.dry_run else []
        apart = [*says, *(name for name in (*fields, *parts) if name not in FOLLOWS and name != "action")]
        words = _changed(self.parameters, other.parameters)
        named = (*apart, *words) if apart or words else (*fields, *parts)
        return tuple(dict.fromkeys(WORDS.get(name, name) for name in named))


WORDS = {"dry_run": "dry run", "touches": "what it touches", "no_rollback_because": "why there is no rollback"}


def of_plan(plan: Plan, *, purpose: Purpose = "mitigation", dry_run: str = "", approval: str = "") -> Subject:
    """Put a plan to the vote, with all that it consists of. `approval` is the approval policy's hash."""
    whole = plan.model_dump(mode="json")
    rest = {name: whole[name] for name in whole if name not in {"title", "target", "parameters", "touches", "policy"}}
    return Subject(
        purpose=purpose,
        action=plan.title,
        target=plan.target,
        parameters=plan.parameters,
        details={name: digest({name: value}) for name, value in rest.items()},
        dry_run=dry_run,
        touches=plan.touches,
        policy=digest({"workflow": plan.policy, "approval": approval}) if approval else plan.policy,
    )


def of_move(stage: str, label: str, because: str, approval: str, *, purpose: Purpose = "stage") -> Subject:
    """Put a move into a stage to the vote, with what is said for it. `approval` is the approval policy's hash."""
    return Subject(
        purpose=purpose,
        action=f"Move to {label}",
        target=stage,
        parameters={"because": because} if because else {},
        policy=approval,
    )


def of_rollback(mitigation: str, plan: Plan, because: str, approval: str) -> Subject:
    """Put the rollback of a mitigation to the vote, with its steps. `approval` is the approval policy's hash."""
    steps = plan.model_dump(mode="json", include={"rollback"})
    return Subject(
        purpose="rollback",
        action=f"Roll back: {plan.title}",
        target=plan.target,
        parameters={"mitigation": mitigation, "because": because},
        details={"plan": plan.hash, "rollback": digest(steps)},
        touches=plan.touches,
        policy=approval,
    )


def of_notice(text: str, channel: str, approval: str) -> Subject:
    """Put to the vote what customers would read, and where. `approval` is the approval policy's hash."""
    return Subject(
        purpose="notification",
        action=f"Tell customers in #{channel}",
        target=channel,
        parameters={"text": text},
        policy=approval,
    )


def _changed(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [name for name in sorted({*mine, *theirs}) if _differ(mine.get(name), theirs.get(name))]


def _differ(one: Any, other: Any) -> bool:
    """Compare as the hash does: 1 and True are equal in Python, and not in what somebody approved."""
    return canonical({"": one}) != canonical({"": other})
