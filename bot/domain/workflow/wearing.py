"""What a workflow says of hats: titles, briefs, how many may wear one, who must, and what does not go together."""

from enum import StrEnum

from pydantic import ConfigDict, Field, field_validator, model_validator

from bot.domain.declared import Words, misfit
from bot.domain.hats import Hat
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity


class Brief(Frozen):
    """What the wearer of a hat reads the moment it is on."""

    focus: Words
    """What to look at."""
    produces: Words
    """What others may expect."""
    never: Words
    """What its wearer leaves alone."""


class HatPolicy(Frozen):
    """A hat as operators declare it."""

    title: Words | None = None
    """What people call it; null: its id."""
    brief: Brief | None = None
    exclusive: bool = True
    """One wearer at a time; a shared hat may have several."""
    required: tuple[Severity, ...] | None = None
    """Where somebody must wear it, in the stages that need it; None: at every severity."""

    def with_own(self, own: "HatPolicy") -> "HatPolicy":
        """Change what a workflow says otherwise, key by key."""
        return self.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


class Firmness(StrEnum):
    """What becomes of what does not go together."""

    ENFORCED = "enforced"
    """It is refused."""
    WARNED = "warned"
    """It is allowed, and said in private."""


class Deed(StrEnum):
    """What a hat may keep from its wearer's hands."""

    RUNNING_THE_FIX = "running-the-fix"
    """Wearing the mitigator's hat, beginning a mitigation that waits for nobody's yes, ordering a rollback."""


class Conflict(Frozen):
    """Two hats that one person does not wear together; or a hat, and what its wearer does not do."""

    model_config = ConfigDict(populate_by_name=True)

    hats: tuple[Hat, ...] = ()
    """Two that one person does not wear together; or, in their place, `hat` and `not`."""
    hat: Hat | None = None
    """Whose wearer does not do what `not` says."""
    deed: Deed | None = Field(default=None, alias="not")
    """What the wearer of `hat` does not do."""
    firmness: Firmness = Field(default=Firmness.ENFORCED, alias="is")
    """What becomes of it."""
    because: Words
    """Why: whoever meets it reads this."""

    @field_validator("hats")
    @classmethod
    def _are_two(cls, hats: tuple[Hat, ...]) -> tuple[Hat, ...]:
        if len(hats) not in {0, 2}:
            raise misfit(f"{len(hats)} of them cannot be kept apart", "Name two: [mitigator, verifier].")
        return hats

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Conflict":
        if bool(self.hats) == bool(self.hat or self.deed) or (self.hat is None) != (self.deed is None):
            raise misfit(
                "it must name two hats, or a hat and what its wearer does not do",
                "Write hats: [mitigator, verifier], or hat: commander with not: running-the-fix.",
            )
        return self

    @property
    def pair(self) -> tuple[Hat, Hat]:
        """The two hats that one person does not wear together; whoever runs the fix is the mitigator."""
        if self.hat is not None:
            return self.hat, Hat.MITIGATOR
        return self.hats[0], self.hats[1]

    def other(self, hat: Hat) -> Hat | None:
        """Return the hat that does not go with this one; None where any does."""
        one, two = self.pair
        return two if hat is one else one if hat is two else None
