"""The workspace as a web application: Slack's API, sockets, uploads, the page, and its back door."""

import asyncio
import json
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.sandbox import client, control
from bot.sandbox.api import METHODS, perform
from bot.sandbox.errors import NotPossibleError, SlackError
from bot.sandbox.forms import form
from bot.sandbox.hangup import hang_up
from bot.sandbox.responses import respond
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import Json

PAGE = Path(__file__).parent / "page"


def application(slack: Sandbox) -> Starlette:
    app = Starlette(
        routes=[
            Route("/api/{method}", api, methods=["GET", "POST"]),
            WebSocketRoute("/socket", sockets),
            Route("/upload/{id}", upload, methods=["POST", "PUT"]),
            Route("/files/{id}/{name:path}", download),
            Route("/response/{token}", response_url, methods=["POST"]),
            Mount("/client", routes=client.routes()),
            Mount("/control", routes=control.routes()),
            Route("/page/{asset:path}", asset),
            Route("/archives/{rest:path}", page),
            Route("/", page),
        ],
        exception_handlers={NotPossibleError: not_possible},
    )
    app.state.slack = slack
    return app


async def api(request: Request) -> Response:
    """One call of the Web API, with whatever is told to go wrong on its way."""
    slack: Sandbox = request.app.state.slack
    name = request.path_params["method"]
    try:
        args = await arguments(request)
    except SlackError as refused:
        return JSONResponse(refused.body())
    token = _token(request, args)
    channel = str(args.get("channel") or args.get("channel_id") or "") or None
    if slack.faults.strike("down", name, channel):
        return _hung_up(request)
    if response := _fault(slack, name, channel):
        slack.log(name, args, json.loads(bytes(response.body))["error"])
        return response
    if stuck := slack.faults.strike("timeout", name, channel):
        slack.log(name, args, "timeout")
        await asyncio.sleep(stuck.delay)
        return _hung_up(request)
    try:
        answer = perform(slack, name, token, args)
    except SlackError as refused:
        answer = refused.body()
    slack.log(name, args, answer.get("error"))
    if slack.faults.strike("lost_reply", name, channel):
        return _hung_up(request)
    return JSONResponse(answer, headers=_scopes(slack, name))


FORM_ONLY = {
    "chat.getPermalink",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    "files.getUploadURLExternal",
    "usergroups.list",
    "usergroups.users.list",
    "users.info",
    "users.list",
}
"""Methods that only read: Slack takes JSON where something is written, and here doesn't see it."""


async def arguments(request: Request) -> Json:
    """The call's arguments: from the query, and from a body that is JSON or a form."""
    args: Json = dict(request.query_params)
    content_type, body = request.headers.get("content-type", ""), await request.body()
    if not content_type.startswith("application/json"):
        return args | {name: value.decode() for name, value in form(content_type, body).items()}
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(sent, dict):
        raise SlackError("json_not_object")
    return args if request.path_params.get("method") in FORM_ONLY else args | sent


async def sockets(websocket: WebSocket) -> None:
    slack: Sandbox = websocket.app.state.slack
    if slack.faults.strike("down", "socket"):
        await websocket.close(1013)
        return
    await slack.sockets.serve(websocket)


async def upload(request: Request) -> Response:
    """The second step of an upload: the bytes, raw or as a form's file."""
    slack: Sandbox = request.app.state.slack
    file = slack.workspace.files.get(request.path_params["id"])
    if file is None or file.completed:
        raise HTTPException(404)
    content_type, content = request.headers.get("content-type", ""), await request.body()
    if content_type.startswith("multipart/form-data"):
        content = next(iter(form(content_type, content).values()), b"")
    file.size, file.uploaded = len(content), True
    slack.store.put_content(file.id, content)
    slack.workspace.keep(file)
    return PlainTextResponse(f"OK - {len(content)}")


async def download(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    file = slack.workspace.files.get(request.path_params["id"])
    if file is None or not file.uploaded:
        raise HTTPException(404)
    return Response(slack.store.content(file.id), media_type=file.mimetype)


async def response_url(request: Request) -> Response:
    slack: Sandbox = request.app.state.slack
    try:
        respond(slack, request.path_params["token"], await _response_body(request))
    except SlackError as refused:
        gone = refused.code in {"expired_url", "used_url"}
        return JSONResponse(refused.body(), status_code=404 if gone else 400)
    return PlainTextResponse("ok")


async def page(_request: Request) -> Response:
    return _file(PAGE / "index.html")


async def asset(request: Request) -> Response:
    wanted = (PAGE / request.path_params["asset"]).resolve()
    if not wanted.is_relative_to(PAGE.resolve()):
        raise HTTPException(404)
    return _file(wanted)


async def not_possible(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


def _token(request: Request, args: Json) -> str | None:
    """From the header or, taken out of them, the arguments; the header wins."""
    given = args.pop("token", None)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else given


def _fault(slack: Sandbox, name: str, channel: str | None) -> Response | None:
    wait = None
    if limited := slack.faults.strike("ratelimited", name, channel):
        wait = limited.retry_after
    elif name in METHODS:
        wait = slack.faults.over_the_limit(name, METHODS[name].per_minute, channel)
    if wait is not None:
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(wait)})
    if broken := slack.faults.strike("status", name, channel):
        return JSONResponse({"ok": False, "error": broken.error}, broken.status)
    if refused := slack.faults.strike("error", name, channel):
        return JSONResponse({"ok": False, "error": refused.error})
    return None


def _scopes(slack: Sandbox, name: str) -> dict[str, str]:
    headers = {"X-OAuth-Scopes": ",".join(slack.workspace.app.scopes)}
    method = METHODS.get(name)
    if method and method.scopes:
        accepted = dict.fromkeys(scope for scopes in method.scopes.values() for scope in scopes)
        headers["X-Accepted-OAuth-Scopes"] = ",".join(accepted)
    return headers


def _hung_up(request: Request) -> Response:
    hang_up(request)
    return Response(status_code=500)  # nobody is there to read it


async def _response_body(request: Request) -> Json:
    content_type, sent = request.headers.get("content-type", ""), await request.body()
    try:
        body = json.loads(form(content_type, sent).get("payload", b"{}") if "form" in content_type else sent)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body


def _file(path: Path) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "no-store"})
