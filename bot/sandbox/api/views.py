"""views.*: modals and Home tabs."""

from bot.sandbox.api.call import Call, Method
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import view_json
from bot.sandbox.workspace import Json, View


def open_(call: Call) -> Json:
    content = call.parsed("view")
    call.slack.views.checked(content, "modal")  # a view that is refused leaves the trigger unused
    return _shown(call, call.slack.views.open(call.slack.tickets.redeem(call.text("trigger_id")), content))


def push(call: Call) -> Json:
    content = call.parsed("view")
    call.slack.views.checked(content, "modal")
    return _shown(call, call.slack.views.push(call.slack.tickets.redeem(call.text("trigger_id")), content))


def update(call: Call) -> Json:
    view = call.slack.views.find(call.text("view_id"), call.text("external_id"))
    if view is None:
        raise SlackError("not_found")
    return _shown(call, call.slack.views.update(view, call.parsed("view"), call.maybe("hash")))


def publish(call: Call) -> Json:
    user = call.user("user_id")
    return _shown(call, call.slack.views.publish(user, call.parsed("view"), call.maybe("hash")))


def _shown(call: Call, view: View) -> Json:
    return {"view": view_json(call.slack.workspace, view)}


METHODS = {
    "views.open": Method(open_, ("trigger_id", "view"), ("interactivity_pointer",), per_minute=100),
    "views.push": Method(push, ("trigger_id", "view"), ("interactivity_pointer",), per_minute=100),
    "views.update": Method(update, ("view",), ("external_id", "hash", "view_id"), per_minute=100),
    "views.publish": Method(publish, ("user_id", "view"), ("hash",), per_minute=100),
}
