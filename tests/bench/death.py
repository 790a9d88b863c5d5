"""A whole worker tree is killed in the middle of a step: how long until another tree goes on with it."""

from pathlib import Path

from bot.domain.gates.orders import CastVote
from bot.domain.incident.commands import AtGate
from tests.bench.figure import Figure
from tests.bench.seed import cause, declare, propose
from tests.bench.stand import Pool, standing, wait_for
from tests.bench.target import serving

DEATHS = 4


def run(folder: Path) -> list[Figure]:
    """Workers A take the step, workers B start, A is killed, and B's call to the target is waited for."""
    with standing(folder / "death", "slack", "clock") as stand, serving() as target:
        target.hangs = True
        wired = stand.wired()
        pool, engine, names = Pool(stand, wired), wired.house.engine, ("worker", "worker2")
        stand.start(names[0])
        took = []
        for number in range(DEATHS):
            doomed, heir = names[number % 2], names[(number + 1) % 2]
            incident = declare(engine, wired.clock.now())
            wait_for("the channel to open", lambda: engine.incident(incident).channel is not None)  # noqa: B023
            propose(engine, incident, wired.clock.now(), target.url)
            now = wired.clock.now()
            order = CastVote(by="UBEN", at=now, choice="approve", here=True)
            vote = AtGate(incident=incident, by="UBEN", at=now, cause=cause(), gate="m1", order=order)
            engine.submit(vote)
            calls = f"{incident}-m1-plan-0-"
            wait_for("the step to be under way", lambda: _calls(target.calls, calls) == 1)  # noqa: B023
            stand.start(heir)
            wait_for("the other tree", lambda: pool.is_ready(heir))  # noqa: B023
            stand.kill(doomed)
            killed = wired.clock.now().timestamp()
            wait_for("the work to go on", lambda: _calls(target.calls, calls) == 2)  # noqa: B023
            took.append(next(at for key, at in target.calls.items() if key.startswith(calls))[1] - killed)
            wait_for("the proof", lambda: engine.incident(incident).mitigations["m1"].ended_at is not None)  # noqa: B023
        worst = max(took)
        every = ", ".join(f"{seconds:.1f}" for seconds in took)
        return [
            Figure(f"worker tree killed mid-step, worst of {DEATHS}", "≤ 6 s", f"{worst:.1f} s ({every})", worst <= 6)
        ]


def _calls(calls: dict[str, list[float]], prefix: str) -> int:
    return sum(len(at) for key, at in calls.items() if key.startswith(prefix))
