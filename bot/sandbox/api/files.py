"""files.*: an upload in three steps, and what became of it."""

import mimetypes

from bot.sandbox.api.call import Call, Method
from bot.sandbox.api.chat import content_of
from bot.sandbox.clock import now
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import file_json
from bot.sandbox.workspace import Channel, File, Json, new_id

ALT_TEXT = 1000
SHARED_WITH = 100
WRITE = {"*": ("files:write",)}


def get_upload_url(call: Call) -> Json:
    if len(call.text("alt_txt")) > ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    name = call.text("filename")
    file = File(
        id=new_id("F"),
        name=name,
        title=name,
        user=call.bot,
        size=call.number("length", 0, 10**9),
        created=int(now()),
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        alt_txt=call.text("alt_txt"),
    )
    call.slack.workspace.keep(file)
    return {"file_id": file.id, "upload_url": f"{call.slack.base_url}/upload/{file.id}"}


def complete_upload(call: Call) -> Json:
    named = call.parsed("files")
    if not isinstance(named, list) or not named or any(not isinstance(one, dict) for one in named):
        raise SlackError("invalid_arguments")
    files = [_uploaded(call, str(one.get("id"))) for one in named]
    channels = _channels(call)
    blocks = call.parsed("blocks", "invalid_blocks")
    comment = (
        content_of(call.text("initial_comment"), blocks, None) if blocks else {"text": call.text("initial_comment")}
    )
    for file, one in zip(files, named, strict=True):
        file.title = str(one.get("title") or file.name)
        file.alt_txt = str(one.get("alt_txt") or file.alt_txt)
        file.completed = True
        file.channels = [channel.id for channel in channels]
        call.slack.workspace.keep(file)
    for channel in channels:
        call.slack.changes.post(
            channel,
            call.bot,
            **comment,
            by_app=True,
            subtype="file_share",
            files=[file.id for file in files],
            thread_ts=call.maybe("thread_ts"),
        )
    return {"files": [file_json(call.slack.workspace, file) for file in files]}


def info(call: Call) -> Json:
    file = call.slack.workspace.files.get(call.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return {"file": file_json(call.slack.workspace, file), "comments": []}


def _uploaded(call: Call, file_id: str) -> File:
    """A file whose bytes have come and that wasn't completed before."""
    file = call.slack.workspace.files.get(file_id)
    if file is None or not file.uploaded or file.completed:
        raise SlackError("file_not_found")
    return file


def _channels(call: Call) -> list[Channel]:
    ids = [one for one in (call.text("channel_id"), *call.ids("channels")) if one]
    if len(ids) > SHARED_WITH:
        raise SlackError("channels_limit_exceeded")
    channels = [call.slack.workspace.channels.get(one) for one in ids]
    seen = [channel for channel in channels if channel and channel.seen_by(call.bot)]
    if len(seen) < len(ids):
        raise SlackError("channel_not_found")
    if any(call.bot not in channel.members for channel in seen):
        raise SlackError("not_in_channel")
    return seen


METHODS = {
    "files.getUploadURLExternal": Method(
        get_upload_url,
        ("filename", "length"),
        ("alt_txt", "snippet_type"),
        WRITE,
        100,
        missing={"filename": "missing_argument", "length": "missing_argument"},
    ),
    "files.completeUploadExternal": Method(
        complete_upload,
        ("files",),
        ("blocks", "channel_id", "channels", "initial_comment", "thread_ts"),
        WRITE,
        100,
    ),
    "files.info": Method(info, ("file",), ("count", "cursor", "limit", "page"), {"*": ("files:read",)}, 100),
}
