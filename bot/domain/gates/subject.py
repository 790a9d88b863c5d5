"""What people vote on: the fields that a vote binds to, their hash, and which of them changed."""

from typing import Any

from bot.domain.gates.policy import Purpose
from bot.domain.ids import canonical, digest
from bot.domain.runbook import Frozen


class Subject(Frozen):
    """What is asked, frozen: a vote holds for exactly this, and falls with any change of it."""

    purpose: Purpose
    action: str
    """What would be done, as a verb phrase or the hash of a plan."""
    target: str
    """What it would be done to: a service, a stage, an audience."""
    parameters: dict[str, str | int | bool] = {}
    dry_run: str = ""
    """What a trial of it has said."""
    touches: tuple[str, ...] = ()
    """Customer data, compliance: what is named here never approves itself."""
    policy: str = ""
    """The hash of the approval policy, and of whatever else is in force."""

    @property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))

    def differs_from(self, other: "Subject") -> tuple[str, ...]:
        """Name the fields that changed, parameters one by one, in words for the message that voids the votes."""
        mine, theirs = self.model_dump(mode="json"), other.model_dump(mode="json")
        fields = [WORDS.get(name, name) for name in mine if name != "parameters" and _differ(mine[name], theirs[name])]
        names = sorted({*self.parameters, *other.parameters})
        return (*fields, *(it for it in names if _differ(self.parameters.get(it), other.parameters.get(it))))


WORDS = {"dry_run": "dry run", "touches": "what it touches"}


def _differ(one: Any, other: Any) -> bool:
    """Compare as the hash does: 1 and True are equal in Python, and not in what somebody approved."""
    return canonical({"": one}) != canonical({"": other})
