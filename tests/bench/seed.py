"""What the benchmarks begin with: incidents with channels, proposals, long histories."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import Declare, Propose, RecordChannel
from bot.domain.runbook import HttpStep, Plan, Signal, Verify
from bot.domain.severity import Severity
from bot.engine import Engine, Receipt

_causes = count(1)


def cause() -> str:
    return f"bench-{next(_causes)}"


def declare(engine: Engine, at: datetime, title: str = "checkout is down") -> str:
    """Declare; returns the incident's id."""
    command = Declare(incident="", by="UANA", at=at, cause=cause(), title=title, severity=Severity.P1)
    return engine.declare(command).incident.id


def with_channels(engine: Engine, at: datetime, how_many: int) -> Sequence[tuple[str, str]]:
    """Declare incidents whose channels are open already; returns pairs of incident and channel."""
    pairs = [(declare(engine, at), f"C{number:05}") for number in range(how_many)]
    for incident, channel in pairs:
        engine.submit(
            RecordChannel(incident=incident, by=SYSTEM, at=at, cause=cause(), channel=channel, name=channel.lower())
        )
    return pairs


def propose(engine: Engine, incident: str, at: datetime, url: str = "http://127.0.0.1:1") -> Receipt:
    """Ana proposes one HTTP call against a target that no other incident has."""
    plan = Plan(
        runbook="bench", title="Call the target", target=f"target-{incident.lower()}", environment="bench", url=url,
        risk="None.", expect="The signal says ok.", steps=(HttpStep(id="call", says="Call it.", path="/step"),),
        no_rollback_because="nothing was done.", verify=Verify(settle=0.01, within=5, every=0.05),
        signal=Signal(path="/health"),
    )  # fmt: skip
    return engine.submit(Propose(incident=incident, by="UANA", at=at, cause=cause(), plan=plan))
