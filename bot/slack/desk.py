"""The desk: posts, finds and edits our own messages, so that the same wish twice is one message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.ports import Post, Posts
from bot.slack.errors import Refused, RetryLater, translate
from bot.slack.kit import Message

EVENT_TYPE = "muster_post"
"""Our messages' metadata type; its payload holds the incident and the message's name."""

GONE = {"message_not_found", "cant_update_message", "channel_not_found", "edit_window_closed"}
"""Codes that say our message is no longer there to edit."""


class Closings(Protocol):
    """What Slack asked us to leave alone for a while."""

    def close(self, what: str, seconds: float) -> None: ...

    def seconds_left(self, what: str) -> float: ...


class Desk:
    def __init__(self, client: WebClient, posts: Posts, closings: Closings) -> None:
        self.client = client
        self._posts = posts
        self._closings = closings

    def show(self, incident: str, name: str, channel: str, message: Message, *, again: bool, since: datetime) -> Post:
        """Post the message of this name, or edit it where it stands.

        `again`: an earlier try may have posted it without our hearing of it; look before posting. Raises RetryLater,
        Refused.
        """
        if (post := self._posts.find(incident, name)) is not None:
            try:
                self.call("chat.update", post.channel, ts=post.ts, **_content(message))
            except SlackApiError as error:
                if error.response.get("error") not in GONE:
                    raise
            else:
                return post
        return self._post(incident, name, channel, message, again=again, since=since)

    def say(self, incident: str, name: str, channel: str, message: Message, *, again: bool, since: datetime) -> Post:
        """Post the message of this name, once."""
        post = self._posts.find(incident, name)
        return post or self._post(incident, name, channel, message, again=again, since=since)

    def reply(self, incident: str, name: str, under: Post, message: Message, *, again: bool, since: datetime) -> Post:
        """Post the message of this name in another one's thread, once."""
        post = self._posts.find(incident, name)
        return post or self._post(incident, name, under.channel, message, again=again, since=since, thread=under.ts)

    def find(self, incident: str, name: str) -> Post | None:
        return self._posts.find(incident, name)

    def recover(self, incident: str, name: str, channel: str, since: datetime) -> Post | None:
        """Find the message of this name also where it was posted without our hearing of it. Raises RetryLater."""
        post = self._posts.find(incident, name)
        if post is None and (post := self._search(incident, name, channel, since)) is not None:
            self._posts.remember(incident, name, post)
        return post

    def call(self, method: str, channel: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Call a Web API method, unless Slack asked us to wait with it (in this channel).

        Raises RetryLater; SlackApiError for what Slack refuses.
        """
        place = f"{method}:{channel}" if method == "chat.postMessage" else method
        if (left := self._closings.seconds_left(place)) > 0:
            raise RetryLater(left, f"Slack asked us to wait with {method}")
        if channel is not None:
            arguments["channel"] = channel
        try:
            response = self.client.api_call(method, data=_form(arguments))
        except (SlackApiError, OSError) as error:
            meaning = translate(error)
            if isinstance(meaning, RetryLater):
                if meaning.seconds is not None:
                    self._closings.close(place, meaning.seconds)
                raise meaning from error
            raise
        data = response.data
        assert isinstance(data, dict)
        return data

    def channel_id(self, name: str) -> str:
        """Find a public channel by its name."""
        if (known := self._posts.find("", f"channel:{name}")) is not None:
            return known.channel
        cursor = ""
        while True:
            page = self.call(
                "conversations.list", exclude_archived=True, limit=200, cursor=cursor, types="public_channel"
            )
            for channel in page["channels"]:
                if channel["name"] == name:
                    self._posts.remember("", f"channel:{name}", Post(channel["id"], "-"))
                    return str(channel["id"])
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                raise Refused(f"There is no channel #{name}.", "Make it, or name another under manifests/workflows/.")

    def messages(self, channel: str, since: datetime) -> Iterator[dict[str, Any]]:
        """Read a channel's messages, newest first, back to a little before `since`."""
        oldest, cursor = f"{(since - timedelta(minutes=1)).timestamp():.6f}", ""
        while True:
            page = self._joining(
                "conversations.history", channel, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor
            )
            yield from page["messages"]
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return

    def upload(self, channel: str, name: str, content: bytes, comment: str) -> None:
        """Put a file into a channel. Raises like `call`."""
        place = self.call("files.getUploadURLExternal", filename=name, length=len(content))
        try:
            httpx.post(place["upload_url"], content=content, timeout=self.client.timeout).raise_for_status()
        except httpx.HTTPError as error:
            raise RetryLater(None, f"the upload of {name} broke: {error}") from error
        files = [{"id": place["file_id"], "title": name}]
        self.call("files.completeUploadExternal", files=files, channel_id=channel, initial_comment=comment)

    def _post(
        self,
        incident: str,
        name: str,
        channel: str,
        message: Message,
        *,
        again: bool,
        since: datetime,
        thread: str | None = None,
    ) -> Post:
        post = self._search(incident, name, channel, since, thread) if again else None
        if post is None:
            metadata = {"event_type": EVENT_TYPE, "event_payload": {"incident": incident, "name": name}}
            content = {"metadata": metadata, "unfurl_links": False, "unfurl_media": False, **_content(message)}
            answer = self._joining("chat.postMessage", channel, thread_ts=thread, **content)
            post = Post(answer["channel"], answer["ts"])
        self._posts.remember(incident, name, post)
        return post

    def _joining(self, method: str, channel: str, **arguments: Any) -> dict[str, Any]:
        """Call; a public channel that we are not in, like the one for announcements, is joined first."""
        try:
            return self.call(method, channel, **arguments)
        except SlackApiError as error:
            if error.response.get("error") != "not_in_channel":
                raise
            self.call("conversations.join", channel)
            return self.call(method, channel, **arguments)

    def _search(
        self, incident: str, name: str, channel: str, since: datetime, thread: str | None = None
    ) -> Post | None:
        """Look for our message in the channel's history, or in a thread, which the history does not show."""
        found = self.messages(channel, since) if thread is None else self._replies(channel, thread)
        for message in found:
            payload = (message.get("metadata") or {}).get("event_payload", {})
            if (payload.get("incident"), payload.get("name")) == (incident, name):
                return Post(channel, message["ts"])
        return None

    def _replies(self, channel: str, thread: str) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self._joining(
                "conversations.replies", channel, ts=thread, include_all_metadata=True, limit=200, cursor=cursor
            )
            yield from page["messages"]
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return


def _form(arguments: dict[str, Any]) -> dict[str, Any]:
    """Encode as a form, which every method takes; JSON bodies are for those that write only (Slack's Web API page)."""
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in arguments.items()
        if value is not None
    }


def _content(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


@contextmanager
def allowing(*codes: str) -> Iterator[None]:
    """Let these error codes pass: what was wanted is so already, or can do without."""
    try:
        yield
    except SlackApiError as error:
        if error.response.get("error") not in codes:
            raise
