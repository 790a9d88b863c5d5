"""Modals and Home tabs: what a view may hold, and the stack of those that a person has open."""

import json
import secrets
from typing import Any

from bot.sandbox.blocks import HOME_BLOCKS, IN_VIEW, MODAL_BLOCKS, blocks_check, with_ids
from bot.sandbox.clock import now
from bot.sandbox.elements import plain
from bot.sandbox.errors import SlackError, invalid
from bot.sandbox.inputs import state_of
from bot.sandbox.schema import boolean, problem, record, string, tagged
from bot.sandbox.shapes import view_json
from bot.sandbox.workspace import Home, Json, Stack, View, Workspace, new_id

DEPTH = 3
TOO_LARGE = 250_000

SHARED = {"private_metadata": string(0, 3000), "callback_id": string(0, 255), "external_id": string(0, 255)}
VIEW = tagged(
    {
        "modal": record(
            {"title": plain(24), "blocks": blocks_check(frozenset(MODAL_BLOCKS), IN_VIEW)},
            SHARED
            | {"submit": plain(24), "close": plain(24)}
            | dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean),
        ),
        "home": record({"blocks": blocks_check(frozenset(HOME_BLOCKS), IN_VIEW)}, SHARED),
    }
)


class Views:
    """Opens, stacks, changes and closes views; each method refuses what Slack refuses."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def open(self, user: str, content: Any) -> View:
        """A new modal in place of whatever was open."""
        checked = self.checked(content, "modal")
        self.clear(user)
        return self._put_on_top(user, checked)

    def push(self, user: str, content: Any) -> View:
        checked = self.checked(content, "modal")
        stack = self.workspace.stack(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= DEPTH:
            raise SlackError("push_limit_reached")
        return self._put_on_top(user, checked)

    def update(self, view: View, content: Any, hash_: str | None = None) -> View:
        checked = self.checked(content, view.content["type"], instead_of=view)
        if hash_ is not None and hash_ != view.hash:
            raise SlackError("hash_conflict")
        view.content = checked
        view.state = state_of(checked["blocks"], view.state)
        view.hash = _new_hash()
        self.workspace.keep(view)
        self._show(view)
        return view

    def publish(self, user: str, content: Any, hash_: str | None = None) -> View:
        if home := self.home(user):
            return self.update(home, content, hash_)
        if hash_ is not None:
            raise SlackError("hash_conflict")
        view = self._new(user, self.checked(content, "home"), [])
        self.workspace.keep(view)
        self.workspace.keep(Home(id=user, view=view.id))
        self._show(view)
        return view

    def choose(self, view: View, state: Json) -> None:
        """Remember what the person put in so far."""
        view.state = state
        self.workspace.keep(view)

    def close(self, view: View) -> list[View]:
        """Close the view, or the whole stack where the app asked for that; what was closed, top first."""
        stack = self.workspace.stack(view.user)
        below = stack[: stack.index(view)]
        closed = stack if view.content.get("clear_on_close") else stack[len(below) :]
        self._leave(view.user, [] if closed == stack else below)
        return closed[::-1]

    def clear(self, user: str) -> None:
        if self.workspace.stack(user):
            self._leave(user, [])

    def home(self, user: str) -> View | None:
        home = self.workspace.homes.get(user)
        return self.workspace.views[home.view] if home else None

    def find(self, view_id: str | None, external_id: str | None) -> View | None:
        if view_id:
            return self.workspace.views.get(view_id)
        return self._by_external_id(external_id) if external_id else None

    def checked(self, content: Any, kind: str, instead_of: View | None = None) -> Json:
        """The view with its blocks' ids filled in, if Slack would take it."""
        if not isinstance(content, dict):
            raise invalid("invalid_arguments", problem("must be an object", "/view"))
        if len(json.dumps(content)) > TOO_LARGE:
            raise SlackError("view_too_large")
        problems = list(VIEW(content, "/view"))
        if not problems and content["type"] != kind:
            problems = [problem(f"must be of type {kind}", "/view/type")]
        if not problems and kind == "modal" and not content.get("submit"):
            problems = [problem("missing required field: submit", "/view")] if _has_inputs(content) else []
        if problems:
            raise invalid("invalid_arguments", *problems)
        if (same := self._by_external_id(content.get("external_id"))) and same is not instead_of:
            raise SlackError("duplicate_external_id")
        return {key: value for key, value in content.items() if value is not None} | {
            "blocks": with_ids(content["blocks"])
        }

    def shown(self, user: str) -> list[Json]:
        return [view_json(self.workspace, view) for view in self.workspace.stack(user)]

    def _put_on_top(self, user: str, content: Json) -> View:
        stack = self.workspace.stack(user)
        view = self._new(user, content, stack)
        self.workspace.keep(view)
        self.workspace.keep(Stack(id=user, views=[*(below.id for below in stack), view.id]))
        self._show(view)
        return view

    def _new(self, user: str, content: Json, stack: list[View]) -> View:
        id_ = new_id("V")
        return View(
            id=id_,
            user=user,
            content=content,
            hash=_new_hash(),
            state=state_of(content["blocks"]),
            root_view_id=stack[0].id if stack else id_,
            previous_view_id=stack[-1].id if stack else None,
        )

    def _leave(self, user: str, remaining: list[View]) -> None:
        for view in self.workspace.stack(user):
            if view not in remaining:
                self.workspace.forget(view)
        self.workspace.keep(Stack(id=user, views=[view.id for view in remaining]))
        self.workspace.tell([user], {"type": "view", "stack": self.shown(user)})

    def _show(self, view: View) -> None:
        if view.content["type"] == "home":
            self.workspace.tell([view.user], {"type": "home", "view": view_json(self.workspace, view)})
        else:
            self.workspace.tell([view.user], {"type": "view", "stack": self.shown(view.user)})

    def _by_external_id(self, external_id: str | None) -> View | None:
        views = self.workspace.views.values()
        return next((v for v in views if external_id and v.content.get("external_id") == external_id), None)


def _has_inputs(content: Json) -> bool:
    return any(block["type"] == "input" for block in content["blocks"])


def _new_hash() -> str:
    return f"{int(now())}.{secrets.token_hex(4)}"
