"""Votes at the HTTP door: strangers, other workspaces, other incidents, tampered buttons and replays change nothing."""

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from redis.exceptions import RedisError

from bot.domain.dry_run import Answer as DryRunAnswer
from bot.domain.effects import ShowHome
from bot.domain.gates.gate import Gate
from bot.domain.gates.orders import BreakGlass, ChangeSubject
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AtGate, Declare, Propose, RecordChannel, RecordDryRun, TakeHat
from bot.domain.incident.state import Incident
from bot.domain.severity import Severity
from bot.settings import Settings
from bot.slack.controls import BreakGlassButton, CountersignButton, FormFacts, RunVerbButton, VoteButton
from bot.store.keys import Keys
from bot.store.outbox import RedisOutbox
from bot.verbs.request import plan
from bot.wiring import Wired, wire
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.redis_server import RedisServer, connection
from tests.harness.signed import JSON, command, interaction
from tests.http.conftest import ROOT, Answer, Caller, caller_on

OURS, THEIRS = "T0LOCAL", "T0OTHER"


@dataclass(frozen=True)
class Room:
    """An incident with a channel, whose mitigation waits for anybody there: ANA has declared and proposed."""

    wired: Wired
    caller: Caller
    id: str

    @property
    def incident(self) -> Incident:
        return self.wired.house.engine.incident(self.id)

    @property
    def gate(self) -> Gate:
        return self.incident.gates["m1"]

    @property
    def version(self) -> int:
        return len(list(self.wired.house.engine.history(self.id)))

    def button(self, **changed: Any) -> VoteButton:
        control = VoteButton(incident=self.id, gate="m1", subject=self.gate.subject.hash, ballot=0, choice="approve")
        return control.model_copy(update=changed)

    def clicks(self, by: str, *, channel: str | None = None, team: str = OURS, value: str | None = None) -> Answer:
        return self.caller.slack(self.body(by, channel=channel, team=team, value=value))

    def body(
        self,
        by: str,
        *,
        channel: str | None = None,
        team: str = OURS,
        place: str = OURS,
        value: str | None = None,
        action: str = "",
    ) -> bytes:
        """A click on *Approve*, in the incident's channel unless another one is named."""
        button = self.button()
        return interaction(
            {
                "type": "block_actions",
                "user": {"id": by, "username": by.lower(), "name": by.lower(), "team_id": team},
                "team": {"id": place, "domain": "local"},
                "api_app_id": "A1",
                "trigger_id": f"1.2.{secrets.token_hex(4)}",
                "container": {"type": "message", "message_ts": "1.2", "channel_id": channel or self.incident.channel},
                "channel": {"id": channel or self.incident.channel, "name": "any"},
                "response_url": "http://127.0.0.1:9/none",
                "actions": [
                    {
                        "type": "button",
                        "block_id": "b",
                        "action_id": action or button.action_id,
                        "value": button.value if value is None else value,
                        "action_ts": f"1.{secrets.randbelow(10**6):06}",
                    }
                ],
            }
        )

    def whispered(self, to: str) -> list[str]:
        """Return what workers are to tell somebody, in words."""
        return [effect["text"] for effect in self.to_be_told(to)]

    def to_be_told(self, person: str) -> list[dict[str, Any]]:
        """Return the messages that workers are to show somebody."""
        redis = connection(self.wired.redis)
        lanes: Any = redis.lrange(Keys().lane(f"whisper:{person}"), 0, -1)
        return [json.loads(kept)["effect"] for kept in lanes]


@pytest.fixture
def room(redis_server: RedisServer) -> Iterator[Room]:
    """A room in the workspace that Slack said is ours."""
    yield from _room(redis_server, ROOT / "manifests")


@pytest.fixture
def glazed(redis_server: RedisServer, tmp_path: Path) -> Iterator[Room]:
    """A room where the commander may break the glass."""
    shutil.copytree(ROOT / "manifests", tmp_path / "manifests")
    workflow = tmp_path / "manifests" / "workflows" / "hybrid.yaml"
    anyone = "    seats: [{anyone: true}]"
    assert anyone in workflow.read_text()
    workflow.write_text(workflow.read_text().replace(anyone, f"    glass: {{who: [{{hat: commander}}]}}\n{anyone}"))
    yield from _room(redis_server, tmp_path / "manifests")


def _room(redis_server: RedisServer, manifests: Path) -> Iterator[Room]:
    settings = Settings(
        redis_url=redis_server.url,
        slack_bot_token="xoxb-none",
        slack_api_url="http://127.0.0.1:9/api/",
        manifests=manifests,
    )
    wired = wire(settings)
    redis = connection(wired.redis)
    wired.house.people.live_in(frozenset({OURS}))
    yield made(wired, caller_on(redis_server.url, manifests=manifests))
    redis.delete(Keys().home, *(Keys().lane(f"whisper:{person}") for person in (BEN, MO)))


def made(wired: Wired, caller: Caller) -> Room:
    engine, word = wired.house.engine, secrets.token_hex(3)

    def header() -> dict[str, Any]:
        return {"by": ANA, "at": wired.clock.now(), "cause": secrets.token_hex(8)}

    order = Declare(**header(), incident="", title=f"{word} is down", severity=Severity.P1, service="checkout")
    incident = engine.declare(order).incident.id
    engine.submit(RecordChannel(**{**header(), "by": SYSTEM}, incident=incident, channel=f"C{word.upper()}", name=word))
    wanted = plan(wired.house, incident, "restart-checkout", {})
    engine.submit(Propose(**header(), incident=incident, plan=wanted))
    said = (DryRunAnswer(step="try-restart", ok=True, text="3 instances would restart"),)
    told = {**header(), "by": SYSTEM}
    engine.submit(RecordDryRun(**told, incident=incident, mitigation="m1", trial=1, answers=said))
    return Room(wired, caller, incident)


def test_a_click_in_the_incidents_channel_counts(room: Room) -> None:
    assert room.clicks(BEN).status == 200
    assert [vote.account for vote in room.gate.votes] == [BEN]
    assert room.gate.outcome is not None


# Strangers


def test_a_strangers_click_from_elsewhere_is_refused_and_names_the_channel(room: Room) -> None:
    before = room.version
    assert room.clicks(MO, channel="CSOMEWHERE").status == 200
    assert room.version == before
    assert f"Say it in #{room.incident.channel_name}." in room.whispered(MO)[-1]


def test_a_button_of_another_incident_is_no_vote_from_its_channel(room: Room) -> None:
    other = made(room.wired, room.caller)
    before = room.version, other.version
    room.clicks(MO, channel=other.incident.channel)
    assert (room.version, other.version) == before


def test_a_vote_picked_by_which_incident_is_one_from_outside(room: Room) -> None:
    """Somebody types `approve` elsewhere, and presses the button of the incident that they mean."""
    before = room.version
    button = RunVerbButton(incident=room.id, words="approve")
    room.caller.slack(room.body(MO, channel="CSOMEWHERE", action=button.action_id, value=button.value))
    assert room.version == before
    assert "everybody in the incident's channel" in room.whispered(MO)[-1]


def test_what_a_button_does_in_vain_is_told_with_the_buttons_that_help(room: Room) -> None:
    button = RunVerbButton(incident=room.id, words="propose scale-checkout")
    room.caller.slack(room.body(MO, action=button.action_id, value=button.value))
    [told] = room.to_be_told(MO)
    assert "waits for its votes already" in told["text"]
    assert "Who decides m1" in json.dumps(told["blocks"])


def test_where_the_record_fails_after_a_refusal_its_sentence_still_stands_in_the_form(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> NoReturn:
        raise RedisError

    facts = FormFacts(form="propose", incident=room.id, runbook="scale-checkout")
    monkeypatch.setattr(RedisOutbox, "put", fails)
    answer = room.caller.slack(submission(facts, MO))
    assert answer.status == 200
    [words] = json.loads(answer.text)["errors"].values()
    assert "waits for its votes already" in words
    assert not room.to_be_told(MO)


def test_a_form_to_reject_that_was_opened_elsewhere_is_refused_beside_its_field(room: Room) -> None:
    before, button = room.version, room.button()
    facts = FormFacts(form="reject", incident=room.id, gate="m1", subject=button.subject, ballot=0)
    answer = room.caller.slack(submission(facts, MO))
    assert room.version == before
    assert "everybody in the incident's channel" in json.loads(answer.text)["errors"]["comment"]
    room.caller.slack(submission(facts.model_copy(update={"here": True}), MO))
    assert [vote.choice for vote in room.gate.votes] == ["reject"]


# Buttons that say something else than they did


WRONG: dict[str, dict[str, Any] | str] = {
    "not JSON": "approve",
    "empty": "",
    "a list": "[]",
    "something more": {"because": "I say so"},
    "a field of another kind": {"ballot": "first"},
    "another choice": {"choice": "abstain"},
    "a gate that isn't there": {"gate": "m9"},
    "no gate's name": {"gate": "__class__"},
    "an incident that isn't there": {"incident": "INC-999999"},
    "no incident's name": {"incident": "*"},
    "another subject": {"subject": "0" * 64},
    "no subject": {"subject": ""},
    "another ballot": {"ballot": 7},
    "a ballot below zero": {"ballot": -1},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_button_that_was_tampered_with_votes_for_nothing_and_is_answered(room: Room, wrong: str) -> None:
    changed, before = WRONG[wrong], room.version
    value = changed if isinstance(changed, str) else json.dumps({**json.loads(room.button().value), **changed})
    assert room.clicks(BEN, value=value).status == 200
    assert room.version == before
    assert room.whispered(BEN), "an answer, in words"
    assert "reference" not in room.whispered(BEN)[-1], "nothing went wrong on our side"


def test_a_button_of_an_older_edition_is_refused_and_says_what_changed(room: Room) -> None:
    old = room.button().value
    fresh = room.gate.subject.model_copy(update={"parameters": {"replicas": 9}})
    order = ChangeSubject(by=ANA, at=room.wired.clock.now(), subject=fresh)
    header: dict[str, Any] = {"incident": room.id, "by": ANA, "at": order.at, "cause": secrets.token_hex(8)}
    room.wired.house.engine.submit(AtGate(**header, gate="m1", order=order))
    before = room.version
    room.clicks(BEN, value=old)
    assert room.version == before
    assert "It has changed since you opened it (replicas)" in room.whispered(BEN)[-1]


# The same again


def test_a_signed_vote_that_is_replayed_is_refused_and_counts_once(room: Room) -> None:
    body = room.body(BEN)
    assert room.caller.slack(body).status == 200
    before = room.version
    assert room.caller.slack(body).status == 401
    assert room.version == before


def test_the_same_vote_clicked_twice_counts_once(room: Room) -> None:
    room.clicks(BEN)
    before = room.version
    assert room.clicks(BEN).status == 200
    assert room.version == before


# The glass


def test_the_glass_is_broken_by_its_form_and_refused_to_others_before_they_are_asked_why(glazed: Room) -> None:
    button = BreakGlassButton(incident=glazed.id, gate="m1", subject=glazed.gate.subject.hash)
    press = {"action": button.action_id, "value": button.value}
    glazed.caller.slack(glazed.body(MO, **press))
    assert "Only these may break the glass here: the incident commander." in glazed.whispered(MO)[-1]
    header: dict[str, Any] = {"incident": glazed.id, "by": BEN, "at": glazed.wired.clock.now(), "cause": "hat"}
    glazed.wired.house.engine.submit(TakeHat(**header, hat=Hat.COMMANDER))
    before = glazed.version
    glazed.caller.slack(glazed.body(BEN, **press))
    assert "/incident break-glass because …" in glazed.whispered(BEN)[-1], "the form, which this Slack can't open"
    assert glazed.version == before
    facts = FormFacts(form="break-glass", incident=glazed.id, gate="m1", subject=button.subject, here=True)
    silent = glazed.caller.slack(submission(facts, BEN, words=" "))
    assert "Say why" in json.loads(silent.text)["errors"]["comment"]
    glazed.caller.slack(submission(facts, BEN, words="customers can't pay"))
    assert glazed.gate.how == "glass"
    assert glazed.gate.debt is not None


def test_a_debt_is_signed_by_its_button_and_who_does_not_agree_is_asked_why(glazed: Room) -> None:
    header: dict[str, Any] = {"incident": glazed.id, "by": BEN, "at": glazed.wired.clock.now()}
    glazed.wired.house.engine.submit(TakeHat(**header, cause="hat", hat=Hat.COMMANDER))
    order = BreakGlass(by=BEN, at=header["at"], because="customers can't pay")
    glazed.wired.house.engine.submit(AtGate(**header, cause="glass", gate="m1", order=order))
    yes, no = (CountersignButton(incident=glazed.id, gate="m1", accept=accept) for accept in (True, False))
    glazed.caller.slack(glazed.body(MO, channel="CSOMEWHERE", action=yes.action_id, value=yes.value))
    assert "everybody in the incident's channel" in glazed.whispered(MO)[-1]
    glazed.caller.slack(glazed.body(BEN, action=yes.action_id, value=yes.value))
    assert "somebody else must countersign" in glazed.whispered(BEN)[-1]
    glazed.caller.slack(glazed.body(MO, action=no.action_id, value=no.value))
    assert "/incident countersign no because …" in glazed.whispered(MO)[-1]
    facts = FormFacts(form="countersign", incident=glazed.id, gate="m1", here=True)
    glazed.caller.slack(submission(facts, MO, words="there was time"))
    debt = glazed.gate.debt
    assert debt is not None
    assert (debt.signed_by, debt.agrees, debt.comment) == (MO, False, "there was time")


# Too late


LATE = "The gate is closed: approved. Your vote is recorded as late and changes nothing."


def test_a_click_words_and_a_form_that_come_too_late_are_told_so(room: Room) -> None:
    seen = FormFacts(form="reject", incident=room.id, gate="m1", subject=room.gate.subject.hash, ballot=0, here=True)
    button = room.button().value
    room.clicks(BEN)
    assert room.gate.outcome == "approved"
    room.clicks(MO, value=button)
    assert room.whispered(MO)[-1] == LATE
    channel = str(room.incident.channel)
    typed = room.caller.slack(command("reject because carts are full", user=CY, channel=channel))
    assert LATE in json.loads(typed.text)["text"]
    sent = room.caller.slack(submission(seen, DEE))
    assert json.loads(sent.text)["errors"]["comment"] == LATE
    assert [vote.account for vote in room.gate.late] == [MO, CY, DEE]


# Other workspaces


@pytest.mark.parametrize("known", [True, False], ids=["ours is known", "ours is not known yet"])
def test_a_member_of_another_workspace_decides_nothing(room: Room, known: bool) -> None:
    if not known:
        connection(room.wired.redis).delete(Keys().home)
    before = room.version
    assert room.clicks(MO, team=THEIRS).status == 200
    assert room.version == before
    assert "members of the workspace that I am installed in" in room.whispered(MO)[-1]


def test_a_workspace_where_the_app_is_not_installed_orders_nothing(room: Room) -> None:
    before, incidents = room.version, room.wired.store.open()
    room.caller.slack(room.body(MO, team=THEIRS, place=THEIRS))
    typed = room.caller.slack(command("declare p1 all is down", user=MO, team=THEIRS))
    facts = FormFacts(form="reject", incident=room.id, gate="m1", here=True)
    sent = room.caller.slack(submission(facts, MO, team=THEIRS))
    assert room.version == before
    assert room.wired.store.open() == incidents
    assert "members of the workspace" in json.loads(typed.text)["text"]
    assert "members of the workspace" in json.loads(sent.text)["errors"]["comment"]


def test_an_event_of_another_workspace_is_taken_and_left_alone(room: Room) -> None:
    event = {"type": "app_home_opened", "user": MO, "channel": "D1", "tab": "home", "event_ts": "1.2"}

    def told(team: str) -> int:
        heard = {"team_id": team, "user_id": "UMUSTER", "is_bot": True, "is_enterprise_install": False}
        outer = {"type": "event_callback", "team_id": OURS, "api_app_id": "A1", "event_id": secrets.token_hex(4)}
        body = json.dumps({**outer, "authorizations": [heard], "event": event}).encode()
        assert room.caller.slack(body, JSON).status == 200
        return int(str(connection(room.wired.redis).llen(Keys().lane(ShowHome(person=MO).lane))))

    before = told(THEIRS)
    assert told(THEIRS) == before
    assert told(OURS) == before + 1


def submission(facts: FormFacts, by: str, *, team: str = OURS, words: str = "carts are full") -> bytes:
    """The form that asks why not, filled in."""
    view = {
        "id": f"V{secrets.token_hex(4)}",
        "type": "modal",
        "callback_id": facts.form,
        "hash": "1.a",
        "private_metadata": facts.model_dump_json(),
        "blocks": [],
        "state": {"values": {"comment": {"comment": {"type": "plain_text_input", "value": words}}}},
    }
    who = {"id": by, "name": by.lower(), "team_id": team}
    return interaction(
        {"type": "view_submission", "user": who, "team": {"id": team}, "trigger_id": "1.2", "view": view}
    )
