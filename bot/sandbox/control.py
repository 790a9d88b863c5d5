"""The workspace's back door for tests and the demo: faults, the plan, who leaves, reset, the app, what was called."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.app import App
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import KINDS


def routes() -> list[Route]:
    return [
        Route("/faults", faults),
        Route("/faults", set_faults, methods=["POST"]),
        Route("/plan", plan, methods=["POST"]),
        Route("/deactivate", deactivate, methods=["POST"]),
        Route("/move", move, methods=["POST"]),
        Route("/app", install, methods=["POST"]),
        Route("/reset", reset, methods=["POST"]),
        Route("/calls", calls),
        Route("/state", state),
    ]


async def faults(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    return JSONResponse({"faults": slack.faults.as_json()})


async def set_faults(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    slack.faults.replace((await request.json())["faults"])
    if slack.faults.strike("disconnect"):
        await slack.sockets.refresh()
    if any(fault.kind == "down" for fault in slack.faults.faults):
        slack.sockets.cut()
    return JSONResponse({"ok": True, "faults": slack.faults.as_json()})


async def plan(request: Request) -> Response:
    """Say what the workspace pays for: `{"user_groups": false}` takes them away, as a free plan has none."""
    slack: Sandbox = request.app.state.slack
    slack.has_user_groups = bool((await request.json())["user_groups"])
    return JSONResponse({"ok": True})


async def deactivate(request: Request) -> Response:
    """Let somebody leave, by their id: `{"user": "UDEE"}`."""
    slack: Sandbox = request.app.state.slack
    user = (await request.json()).get("user")
    if (person := slack.workspace.people.get(user)) is None or person.is_bot:
        raise NotPossibleError(f"There is nobody called {user!r} here.")
    slack.changes.deactivate(person)
    return JSONResponse({"ok": True})


async def move(request: Request) -> Response:
    """Let somebody be another workspace's member, as where two share a channel: `{"user": "UDEE", "team": "T2"}`."""
    slack: Sandbox = request.app.state.slack
    asked = await request.json()
    if (person := slack.workspace.people.get(asked.get("user"))) is None or person.is_bot:
        raise NotPossibleError(f"There is nobody called {asked.get('user')!r} here.")
    person.team = str(asked["team"])
    slack.workspace.keep(person)
    return JSONResponse({"ok": True})


async def install(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    slack.install(App.read(await request.json()))
    return JSONResponse({"ok": True})


async def reset(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    slack.reset()
    return JSONResponse({"ok": True})


async def calls(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    return JSONResponse({"calls": slack.calls_since(int(request.query_params.get("since", 0)))})


async def state(request: Request) -> Response:
    """Everything as it is stored, by kind, and what is kept in memory only."""
    slack: Sandbox = request.app.state.slack
    stored = list(slack.store.everything())
    kinds = {kind: [thing for of, thing in stored if of == kind] for kind in KINDS}
    whispers = [asdict(m) for shelf in slack.workspace.ephemerals.values() for m in shelf.values()]
    return JSONResponse({**kinds, "ephemerals": whispers, "app": asdict(slack.workspace.app)})
