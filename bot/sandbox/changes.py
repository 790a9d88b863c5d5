"""What can happen in the workspace, and who hears of it: pages at once, the app as far as it may see."""

from collections.abc import Iterable
from typing import Any

from bot.sandbox.clock import now
from bot.sandbox.shapes import channel_json, group_json, message_json, permalink, person_json
from bot.sandbox.workspace import TEAM, Channel, Json, Message, Person, UserGroup, Workspace, new_id

LETTERS = {"channel": "C", "group": "G"}  # what member_joined_channel calls them


class Changes:
    """The verbs of the workspace. Whether someone *may* do it is decided before, by the API or for a person."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    # Messages

    def post(self, channel: Channel, user: str, text: str, **fields: Any) -> Message:
        message = Message(channel=channel.id, ts=self.workspace.ts(), user=user, text=text, **fields)
        self.workspace.keep(message)
        if message.only_for:
            self.workspace.tell([message.only_for], self._news("message", message))
            return message
        if message.thread_ts and (parent := self.workspace.message(channel.id, message.thread_ts)):
            parent.thread_ts = parent.ts
            self.workspace.keep(parent)
            self._changed(parent)
        if message.user in self.workspace.people and not message.by_app and not message.subtype:
            channel.last_read[user] = message.ts
            self.workspace.keep(channel)
        self.workspace.tell(self.audience(channel), self._news("message", message))
        event = self._event_message(message)
        self.workspace.emit(event | {"event_ts": message.ts}, channel)
        spoken = not message.by_app and not message.subtype and channel.kind != "im"
        if spoken and f"<@{self.workspace.app.bot_user_id}>" in text:
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            self.workspace.emit(mention | {"type": "app_mention", "event_ts": message.ts}, channel)
        return message

    def edit(self, message: Message, by: str | None, **fields: Any) -> None:
        """Change the message; ``by`` marks it as edited, as a change of its text does in Slack."""
        channel = self.workspace.channels[message.channel]
        before = self._event_message(message, within=True)
        for name, value in fields.items():
            setattr(message, name, value)
        if by:
            message.edited = {"user": by, "ts": self.workspace.ts()}
        self.workspace.keep(message)
        self._changed(message)
        if message.only_for is None:
            self._message_event(
                "message_changed", channel, message=self._event_message(message, within=True), previous_message=before
            )

    def delete(self, message: Message) -> None:
        channel = self.workspace.channels[message.channel]
        self.workspace.forget(message)
        audience = [message.only_for] if message.only_for else self.audience(channel)
        self.workspace.tell(audience, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})
        if message.only_for:
            return
        if any(pin["ts"] == message.ts for pin in channel.pins):
            channel.pins = [pin for pin in channel.pins if pin["ts"] != message.ts]
            self._channel_changed(channel)
        if message.is_reply and (parent := self.workspace.message(channel.id, message.thread_ts or "")):
            self._changed(parent)
        self._message_event(
            "message_deleted",
            channel,
            deleted_ts=message.ts,
            previous_message=self._event_message(message, within=True),
        )

    def choose(self, message: Message, state: Json) -> None:
        """Remember what is chosen in the message's menus, for the next click's ``state``."""
        message.state = state
        self.workspace.keep(message)

    def react(self, message: Message, user: str, name: str) -> None:
        message.reactions.setdefault(name, []).append(user)
        self._reaction("reaction_added", message, user, name)

    def unreact(self, message: Message, user: str, name: str) -> None:
        message.reactions[name].remove(user)
        if not message.reactions[name]:
            del message.reactions[name]
        self._reaction("reaction_removed", message, user, name)

    def pin(self, channel: Channel, message: Message, user: str) -> None:
        channel.pins.append({"ts": message.ts, "by": user, "at": int(now())})
        self._pinned("pin_added", channel, message, user)

    def unpin(self, channel: Channel, message: Message, user: str) -> None:
        channel.pins = [pin for pin in channel.pins if pin["ts"] != message.ts]
        self._pinned("pin_removed", channel, message, user)

    # Channels

    def create(self, name: str, creator: str, *, private: bool) -> Channel:
        channel = Channel(
            id=new_id("C"),
            kind="group" if private else "channel",
            name=name,
            creator=creator,
            created=int(now()),
            members=[creator],
        )
        self._channel_changed(channel)
        if not private:
            created = {"id": channel.id, "name": name, "created": channel.created, "creator": creator}
            self._event("channel_created", None, channel=created)
        self._line(channel, "channel_join", creator, f"<@{creator}> has joined the channel")
        self._member_joined(channel, creator, None)
        return channel

    def open_dm(self, people: Iterable[str]) -> Channel:
        """The conversation between exactly these people: found, or opened now."""
        members = sorted(set(people))
        if found := self.workspace.dm(members):
            return found
        names = "--".join(sorted(self.workspace.people[member].name for member in members))
        group = len(members) > 2  # a direct message is between two
        channel = Channel(
            id=new_id("G" if group else "D"),
            kind="mpim" if group else "im",
            name=f"mpdm-{names}-1" if group else "",
            creator=members[0],
            created=int(now()),
            members=members,
        )
        self._channel_changed(channel)
        return channel

    def join(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        channel.members.append(user)
        channel.last_read[user] = self.workspace.ts()
        self._channel_changed(channel)
        more = {"inviter": inviter} if inviter else {}
        self._line(channel, "channel_join", user, f"<@{user}> has joined the channel", **more)
        self._member_joined(channel, user, inviter)

    def leave(self, channel: Channel, user: str) -> None:
        self._line(channel, "channel_leave", user, f"<@{user}> has left the channel")
        self._event(
            "member_left_channel",
            channel,
            user=user,
            channel=channel.id,
            channel_type=LETTERS.get(channel.kind, "G"),
            team=TEAM["id"],
        )
        channel.members.remove(user)
        self._channel_changed(channel)
        self.workspace.tell([user], {"type": "channel_left", "channel": channel.id})

    def rename(self, channel: Channel, name: str, user: str) -> None:
        before, channel.name = channel.name, name
        channel.previous_names.append(before)
        self._channel_changed(channel)
        renamed = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
        self._event("channel_rename", channel, channel=renamed | {"is_channel": True, "is_mpim": False})
        said = f'<@{user}> has renamed the channel from "{before}" to "{name}"'
        self._line(channel, "channel_name", user, said, old_name=before, name=name)

    def set_topic(self, channel: Channel, topic: str, user: str) -> None:
        channel.topic = {"value": topic, "creator": user, "last_set": int(now())}
        self._channel_changed(channel)
        self._line(channel, "channel_topic", user, f"<@{user}> set the channel topic: {topic}", topic=topic)

    def set_purpose(self, channel: Channel, purpose: str, user: str) -> None:
        channel.purpose = {"value": purpose, "creator": user, "last_set": int(now())}
        self._channel_changed(channel)
        self._line(channel, "channel_purpose", user, f"<@{user}> set the channel purpose: {purpose}", purpose=purpose)

    def archive(self, channel: Channel, user: str) -> None:
        self._line(channel, "channel_archive", user, f"<@{user}> archived the channel")
        channel.is_archived = True
        self._channel_changed(channel)
        self._event("channel_archive", channel, channel=channel.id, user=user, is_moved=0)

    def unarchive(self, channel: Channel, user: str) -> None:
        channel.is_archived = False
        self._channel_changed(channel)
        self._event("channel_unarchive", channel, channel=channel.id, user=user)

    def bookmark(self, channel: Channel, bookmarks: list[Json]) -> None:
        channel.bookmarks = bookmarks
        self._channel_changed(channel)

    def read(self, channel: Channel, user: str) -> None:
        messages = self.workspace.messages[channel.id]
        channel.last_read[user] = next(reversed(messages)) if messages else self.workspace.ts()
        self.workspace.keep(channel)
        self.workspace.tell([user], {"type": "channel", "channel": self.for_page(channel, user)})

    # People and their groups

    def deactivate(self, person: Person) -> None:
        """Let somebody leave. Their conversations stay, and so does their place in channels and groups."""
        person.deleted = True
        self.workspace.keep(person)
        self.workspace.tell(self.workspace.humans(), {"type": "person", "person": {"id": person.id, "deleted": True}})
        self._event("user_change", None, user=person_json(self.workspace, person), cache_ts=int(now()))

    def create_group(self, name: str, handle: str, by: str, description: str, channels: list[str]) -> UserGroup:
        at = int(now())
        group = UserGroup(
            id=new_id("S"),
            handle=handle,
            name=name,
            users=[],
            description=description,
            channels=channels,
            created=at,
            updated=at,
            created_by=by,
            updated_by=by,
        )
        self._group_changed(group, by)
        self._event("subteam_created", None, subteam=group_json(group, users=True, count=True))
        return group

    def switch_group(self, group: UserGroup, by: str, *, is_enabled: bool) -> None:
        group.is_enabled = is_enabled
        self._group_changed(group, by)
        self._event("subteam_updated", None, subteam=group_json(group, users=True, count=True))

    def set_members(self, group: UserGroup, users: list[str], by: str) -> None:
        before, since = group.users, group.updated
        group.users = users
        self._group_changed(group, by)
        added, removed = [u for u in users if u not in before], [u for u in before if u not in users]
        self._event(
            "subteam_members_changed",
            None,
            subteam_id=group.id,
            team_id=TEAM["id"],
            date_previous_update=since,
            date_update=group.updated,
            added_users=added,
            added_users_count=len(added),
            removed_users=removed,
            removed_users_count=len(removed),
        )

    # What pages see

    def audience(self, channel: Channel) -> list[str]:
        return [user for user in self.workspace.humans() if channel.seen_by(user)]

    def for_page(self, channel: Channel, user: str) -> Json:
        """A channel as its page shows it to this person, unread count included."""
        read = channel.last_read.get(user, "0")
        unread = sum(1 for m in self.workspace.in_channel(channel.id) if m.ts > read and m.user != user)
        return channel_json(channel, user) | {
            "name": channel.name,
            "is_private": channel.kind != "channel",
            "topic": channel.topic,
            "purpose": channel.purpose,
            "members": channel.members,
            "unread": unread if user in channel.members else 0,
            "bookmarks": [{key: b.get(key, "") for key in ("id", "title", "link", "emoji")} for b in channel.bookmarks],
            "pins": [pin["ts"] for pin in channel.pins],
        }

    def group_for_page(self, group: UserGroup) -> Json:
        return {"id": group.id, "handle": group.handle, "users": group.users, "is_enabled": group.is_enabled}

    def shown(self, message: Message) -> Json:
        """A message as the page shows it."""
        more: Json = {"permalink": permalink(self.workspace, message), "state": {"values": message.state}}
        if message.only_for:
            more |= {"is_ephemeral": True}
        return message_json(self.workspace, message) | more

    # How it is told

    def _news(self, what: str, message: Message) -> Json:
        return {"type": what, "channel": message.channel, "message": self.shown(message)}

    def _changed(self, message: Message) -> None:
        audience = [message.only_for] if message.only_for else self.audience(self.workspace.channels[message.channel])
        self.workspace.tell(audience, self._news("message_changed", message))

    def _channel_changed(self, channel: Channel) -> None:
        self.workspace.keep(channel)
        for user in self.audience(channel):
            self.workspace.tell([user], {"type": "channel", "channel": self.for_page(channel, user)})

    def _group_changed(self, group: UserGroup, by: str) -> None:
        group.updated, group.updated_by = int(now()), by
        self.workspace.keep(group)
        self.workspace.tell(self.workspace.humans(), {"type": "usergroup", "usergroup": self.group_for_page(group)})

    def _line(self, channel: Channel, subtype: str, user: str, text: str, **more: Any) -> None:
        """One of the grey lines in which Slack itself says what happened."""
        if channel.kind in {"channel", "group"}:
            self.post(channel, user, text, subtype=subtype, more=more)

    def _event_message(self, message: Message, *, within: bool = False) -> Json:
        """A message inside an event: never with its reactions, and with its channel unless ``within`` another."""
        shown = message_json(self.workspace, message, metadata=True)
        kept = {key: value for key, value in shown.items() if key not in {"reactions", "pinned_to"}}
        if within:
            return kept
        channel = self.workspace.channels[message.channel]
        return kept | {"channel": channel.id, "channel_type": channel.kind}

    def _event(self, kind: str, seen_in: Channel | None, **fields: Any) -> None:
        self.workspace.emit({"type": kind, **fields, "event_ts": self.workspace.ts()}, seen_in)

    def _message_event(self, subtype: str, seen_in: Channel, **fields: Any) -> None:
        ts = self.workspace.ts()
        event = {"type": "message", "subtype": subtype, "hidden": True, "channel": seen_in.id, **fields}
        self.workspace.emit(event | {"channel_type": seen_in.kind, "ts": ts, "event_ts": ts}, seen_in)

    def _member_joined(self, channel: Channel, user: str, inviter: str | None) -> None:
        more = {"inviter": inviter} if inviter else {}
        self._event(
            "member_joined_channel",
            channel,
            user=user,
            channel=channel.id,
            channel_type=LETTERS.get(channel.kind, "G"),
            team=TEAM["id"],
            **more,
        )

    def _reaction(self, kind: str, message: Message, user: str, name: str) -> None:
        self.workspace.keep(message)
        self._changed(message)
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        channel = self.workspace.channels[message.channel]
        self._event(kind, channel, user=user, reaction=name, item=item, item_user=message.user)

    def _pinned(self, kind: str, channel: Channel, message: Message, user: str) -> None:
        self._channel_changed(channel)
        self._changed(message)
        shown = message_json(self.workspace, message) | {"permalink": permalink(self.workspace, message)}
        item = {"type": "message", "created": int(now()), "created_by": user, "channel": channel.id, "message": shown}
        info = {"channel": channel.id, "pinned_by": user, "pinned_ts": int(now())}
        self._event(
            kind,
            channel,
            user=user,
            channel_id=channel.id,
            item=item,
            item_user=message.user,
            pin_count=len(channel.pins),
            pinned_info=info,
        )
