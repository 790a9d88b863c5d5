"""The checkout: a small service that can break, with an API to repair it, so that there is something to respond to."""

import argparse
import asyncio
import contextlib
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.clock import now
from bot.sandbox.serving import serve

Json: TypeAlias = dict[str, Any]
Trouble: TypeAlias = Literal["leak", "stubborn"]
"""What is broken: a leak goes away with a restart, a stubborn fault only with its version."""

PAGE = Path(__file__).parent / "page"
VERSIONS = ("4.10.2", "4.11.0")
FAILING_FROM = 0.05
BROKEN_RATE = 0.4
USUAL_INSTANCES = 3
MOST_INSTANCES = 20

# Seconds, at a pace of 1.
RESTART, SCALE, TRAFFIC, ROLLBACK = 1.5, 1.0, 0.5, 2.0
RISE, SETTLE = 3.0, 4.0
SAMPLE, KEPT = 1.0, 120.0


class RefusedError(Exception):
    """The service won't do it; the message says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class Ramp(BaseModel, frozen=True):
    """An error rate on its way from one level to another."""

    start: float = 0.0
    seconds: float = 0.0
    before: float = 0.0
    after: float = 0.0

    def at(self, moment: float) -> float:
        share = (moment - self.start) / self.seconds if self.seconds else 1.0
        return self.before + (self.after - self.before) * min(1.0, max(0.0, share))


class Answer(BaseModel, frozen=True):
    """What an Idempotency-Key was answered, and from when on."""

    call: str
    asked: Json
    said: Json
    ready_at: float


class Trial(BaseModel, frozen=True):
    """A call that asked what would happen; nothing did."""

    at: float
    call: str
    asked: Json
    key: str | None
    status: int
    would: str = ""


class Call(BaseModel, frozen=True):
    at: float
    call: str
    asked: Json
    key: str | None
    token: str | None
    status: int
    repeat: bool


class Checkout(BaseModel):
    """All that is true of the service. Its rates follow from the time at which one looks."""

    pace: float = Field(default=1.0, exclude=True)
    """Scales every duration: 0.1 is ten times as fast."""
    version: str = VERSIONS[-1]
    instances: int = USUAL_INSTANCES
    traffic: int = 100
    """Percent of the customers who are sent here; the others are served elsewhere, without errors."""
    trouble: Trouble | None = None
    troubled_version: str | None = None
    errors: Ramp = Ramp()
    down_until: float = 0.0
    status: Literal["ok", "failing"] = "ok"
    since: float = 0.0
    fence: int = 0
    answers: dict[str, Answer] = {}
    calls: list[Call] = []
    trials: list[Trial] = []

    def error_rate(self, at: float) -> float:
        """Tell which share of all customers can't check out."""
        rate = 1.0 if at < self.down_until else self.errors.at(at) * min(1.0, USUAL_INSTANCES / self.instances)
        return round(rate * self.traffic / 100, 3)

    def health(self, at: float) -> Json:
        rate = self.error_rate(at)
        status: Literal["ok", "failing"] = "failing" if rate >= FAILING_FROM else "ok"
        if status != self.status or not self.since:
            self.status, self.since = status, at
        return {
            "service": "checkout",
            "status": status,
            "error_rate": rate,
            "version": self.version,
            "instances": self.instances,
            "traffic": self.traffic,
            "since": datetime.fromtimestamp(self.since, UTC).isoformat(timespec="milliseconds"),
        }

    def break_down(self, how: Trouble, at: float) -> None:
        self.trouble, self.troubled_version = how, self.version
        self.errors = Ramp(start=at, seconds=RISE * self.pace, before=self.errors.at(at), after=BROKEN_RATE)

    def repair(self, at: float) -> None:
        """End the trouble; its errors settle from then on."""
        self.trouble = self.troubled_version = None
        self.errors = Ramp(start=at, seconds=SETTLE * self.pace, before=self.errors.at(at), after=0.0)

    # The remediations: each takes effect at once, and returns what it says and how many seconds it takes.

    def restart(self, _asked: Json, at: float) -> tuple[Json, float]:
        self.down_until = at + RESTART * self.pace
        if self.trouble == "leak":
            self.repair(self.down_until)
        return {"restarted": self.instances}, RESTART

    def scale(self, asked: Json, _at: float) -> tuple[Json, float]:
        self.instances = _whole(asked, "instances", 1, MOST_INSTANCES)
        return {"instances": self.instances}, SCALE

    def shift_traffic(self, asked: Json, _at: float) -> tuple[Json, float]:
        self.traffic = _whole(asked, "percent", 0, 100)
        return {"traffic": self.traffic}, TRAFFIC

    def rollback(self, asked: Json, at: float) -> tuple[Json, float]:
        self.version = version = _known_version(asked)
        if self.trouble and version != self.troubled_version:
            self.repair(at + ROLLBACK * self.pace)
        return {"version": version}, ROLLBACK

    # What each of them would do, said in advance: no time and no count in it, so that asking again answers the same.

    def would_restart(self, _asked: Json) -> str:
        return f"{self.instances} instances of {self.version} would restart, all at once"

    def would_scale(self, asked: Json) -> str:
        wanted = _whole(asked, "instances", 1, MOST_INSTANCES)
        return f"{wanted} instances instead of {self.instances}"

    def would_shift_traffic(self, asked: Json) -> str:
        return f"{_whole(asked, 'percent', 0, 100)} % of customers instead of {self.traffic} %"

    def would_roll_back(self, asked: Json) -> str:
        version = _known_version(asked)
        return f"{version} would run instead of {self.version}, on {self.instances} instances"

    def remedy(self, call: str, asked: Json, key: str | None, token: str | None, at: float) -> tuple[Answer, bool]:
        """Do it once per key; the answer, and whether it is a repeat. A holder of an older token may not act."""
        if not key:
            raise RefusedError("Send an Idempotency-Key header, so that a repeated call can't act twice.")
        if known := self.answers.get(key):
            if (known.call, known.asked) != (call, asked):
                raise RefusedError(f"The key {key!r} was already used for another call: {known.call}.")
            return known, True
        fence = self._fence(token)
        said, seconds = REMEDIES[call](self, asked, at)
        self.fence = fence
        answer = Answer(call=call, asked=asked, said={"done": call} | said, ready_at=at + seconds * self.pace)
        self.answers[key] = answer
        return answer, False

    def _fence(self, token: str | None) -> int:
        if token is None:
            return self.fence
        if not token.strip().isdecimal():
            raise RefusedError("A Fencing-Token is a whole number.")
        if int(token) < self.fence:
            raise RefusedError(f"The token {token} is older than {self.fence}: somebody else has taken over.", 409)
        return int(token)


REMEDIES: dict[str, Callable[[Checkout, Json, float], tuple[Json, float]]] = {
    "restart": Checkout.restart,
    "scale": Checkout.scale,
    "traffic": Checkout.shift_traffic,
    "rollback": Checkout.rollback,
}


WOULD: dict[str, Callable[[Checkout, Json], str]] = {
    "restart": Checkout.would_restart,
    "scale": Checkout.would_scale,
    "traffic": Checkout.would_shift_traffic,
    "rollback": Checkout.would_roll_back,
}
"""What is answered to `Dry-Run: true`."""


def _known_version(asked: Json) -> str:
    version = asked.get("version")
    if version not in VERSIONS:
        raise RefusedError(f"There is no version {version!r}; there are {' and '.join(VERSIONS)}.")
    return str(version)


def _whole(asked: Json, name: str, least: int, most: int) -> int:
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RefusedError(f"{name!r} must be a whole number from {least} to {most}.")
    return value


class Plant:
    """The running service: its state, on disk if a file is given, and the last two minutes of its health."""

    def __init__(self, data: Path | None, pace: float) -> None:
        self.data = data
        self.checkout = Checkout()
        if data and data.exists():
            self.checkout = Checkout.model_validate_json(data.read_bytes())
        self.checkout.pace = pace
        self.samples: deque[Json] = deque(maxlen=int(KEPT / SAMPLE))

    def save(self) -> None:
        if self.data:
            fresh = self.data.with_suffix(".new")
            fresh.write_text(self.checkout.model_dump_json())
            fresh.replace(self.data)

    def reset(self) -> None:
        self.checkout = Checkout(pace=self.checkout.pace)
        self.samples.clear()
        self.save()

    async def watch(self) -> None:
        while True:
            at = now()
            health = self.checkout.health(at)
            self.samples.append({"at": at, "status": health["status"], "error_rate": health["error_rate"]})
            await asyncio.sleep(SAMPLE * self.checkout.pace)


def application(plant: Plant) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(plant.watch())
        yield
        watching.cancel()

    app = Starlette(
        routes=[
            Route("/", page),
            Mount("/page", StaticFiles(directory=PAGE)),
            Route("/health", health),
            Route("/metrics.json", metrics),
            Route("/break", break_down, methods=["POST"]),
            Route("/repair", repair, methods=["POST"]),
            Route("/reset", reset, methods=["POST"]),
            Route("/admin/calls", calls),
            *(Route(f"/admin/{call}", remedy, methods=["POST"]) for call in REMEDIES),
        ],
        exception_handlers={RefusedError: refused},
        lifespan=lifespan,
    )
    app.state.plant = plant
    return app


async def page(_request: Request) -> Response:
    return FileResponse(PAGE / "checkout.html")


async def health(request: Request) -> Response:
    return JSONResponse(_plant(request).checkout.health(now()))


async def metrics(request: Request) -> Response:
    return JSONResponse({"samples": list(_plant(request).samples), "failing_from": FAILING_FROM})


async def break_down(request: Request) -> Response:
    plant, how = _plant(request), (await _body(request)).get("how", "leak")
    if how not in get_args(Trouble):
        raise RefusedError(f"It can't break by {how!r}: try {' or '.join(get_args(Trouble))}.")
    plant.checkout.break_down(how, now())
    plant.save()
    return JSONResponse({"broken": how})


async def repair(request: Request) -> Response:
    plant = _plant(request)
    plant.checkout.repair(now())
    plant.save()
    return JSONResponse({"repaired": True})


async def reset(request: Request) -> Response:
    _plant(request).reset()
    return JSONResponse({"reset": True})


async def calls(request: Request) -> Response:
    """Every call to repair it, refused and repeated ones too, every one that only asked, and how often it acted."""
    made = _plant(request).checkout.calls
    acted = Counter(call.call for call in made if call.status == 200 and not call.repeat)
    trials = [trial.model_dump() for trial in _plant(request).checkout.trials]
    return JSONResponse({"calls": [call.model_dump() for call in made], "trials": trials, "actions": acted})


async def remedy(request: Request) -> Response:
    plant, at = _plant(request), now()
    call = request.url.path.rpartition("/")[2]
    key, token = request.headers.get("idempotency-key"), request.headers.get("fencing-token")
    if request.headers.get("dry-run", "").lower() == "true":
        return await _try_out(request, call, key, at)
    asked: Json = {}
    status, repeat = 500, False
    try:
        asked = await _body(request)
        answer, repeat = plant.checkout.remedy(call, asked, key, token, at)
        status = 200
    except RefusedError as error:
        status = error.status
        raise
    finally:
        made = Call(at=at, call=call, asked=asked, key=key, token=token, status=status, repeat=repeat)
        plant.checkout.calls.append(made)
        plant.save()
    await asyncio.sleep(max(0.0, answer.ready_at - now()))
    return JSONResponse(answer.said, headers={"Idempotent-Replay": "true"} if repeat else {})


async def _try_out(request: Request, call: str, key: str | None, at: float) -> Response:
    """Say what a call would do; it is written down that it was asked, and nothing else changes."""
    plant = _plant(request)
    asked: Json = {}
    status, would = 500, ""
    try:
        asked = await _body(request)
        would = WOULD[call](plant.checkout, asked)
        status = 200
    except RefusedError as error:
        status = error.status
        raise
    finally:
        plant.checkout.trials.append(Trial(at=at, call=call, asked=asked, key=key, status=status, would=would))
        plant.save()
    return JSONResponse({"dry_run": call, "would": would})


async def refused(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 500
    return JSONResponse({"error": str(error)}, status)


def _plant(request: Request) -> Plant:
    plant: Plant = request.app.state.plant
    return plant


async def _body(request: Request) -> Json:
    try:
        asked = json.loads(await request.body() or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise RefusedError("The body must be a JSON object.")
    return asked


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.checkout", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8702)
    parser.add_argument("--data", type=Path, help="file in which its state is kept; without it, nothing is")
    parser.add_argument("--pace", type=float, default=1.0, help="scales every duration: 0.1 is ten times as fast")
    options = parser.parse_args()
    plant = Plant(options.data, options.pace)
    asyncio.run(serve(application(plant), options.host, options.port, name="checkout"))


if __name__ == "__main__":
    main()
