"""Whatever people write, in whatever script and however much: nothing pings, and every limit of Slack's is kept."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.incident.due import outlook
from bot.domain.runbook import HttpStep, TrialStep
from bot.domain.severity import Severity
from bot.domain.workflow.differences import Difference
from bot.slack.kit import Message, line, prose
from bot.slack.views.announcement import announcement
from bot.slack.views.brief import brief
from bot.slack.views.card import card
from bot.slack.views.gate import gate
from bot.slack.views.help import help_, unknown
from bot.slack.views.home import home
from bot.slack.views.listing import listing, pick
from bot.slack.views.mitigation import mitigation, plan_view
from bot.slack.views.naming import channel_name, topic
from bot.slack.views.offer import offer
from bot.slack.views.policy import policy as policy_view
from bot.slack.views.reminder import overview, reminder
from bot.slack.views.timeline import timeline
from bot.slack.views.told import told
from bot.verbs.request import ShowPolicy
from tests.harness.plans import anybody, edited
from tests.slack.views.gallery import reminders
from tests.slack.views.limits import check_message, check_view, pings
from tests.slack.views.scene import ANA, BEN, CAREFUL, CY, POLICY, REMINDING, TWO_VOTES, Scene, names

STRANGER = "USTRANGER"

NASTY = [
    "<!everyone> <!here|here> <!subteam^S1> @channel @here",
    f"<@{STRANGER}> <@{STRANGER}|dee> <#CGENERAL|general>",
    "<https://evil.test|your bank> https://ok.test/a?b=1&c=<2>",
    "*bold* _it_ ~gone~ `code` ```fence",
    "&amp; &lt;!channel&gt; &&&&&",
    "\u202eesrever\u202c \u2066open \u2067left",
    "נפל שירות התשלום\n\u0627لخدمة لا تعمل",
    "支払いができない",
    "👩‍👩‍👧‍👦" * 60,
    "&" * 3000,
    "<" * 3000,
    "https://x.test/" + "&" * 2900,
    "a " * 1500,
    "\n" * 50 + "x",
]

words = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("".join),
    st.text(max_size=80),
    st.text(alphabet="<>@!#|&*_~`: \nUSC", max_size=300),
).map(lambda text: text[:3000])
titles = words.map(lambda text: text[:200].strip()).filter(lambda text: any(ch.isalnum() or ch in "<&" for ch in text))


def spoken(said: str, title: str, policy: Any) -> Scene:
    """Let people say it wherever the domain takes words."""
    said = said.strip() or "x"
    steps = tuple(HttpStep(id=f"s{n}", says=said, path="/go", body={said: said}) for n in range(30))
    tries = tuple(TrialStep(id=f"t{n}", says=said, path="/try", body={said: said}) for n in range(2))
    pin = {"channel": "C042", "ts": "1.0", "author": CY, "text": said, "permalink": said}
    proposal: dict[str, Any] = {
        "title": said, "risk": said, "expect": said, "parameters": {said: said}, "steps": steps, "rollback": steps,
        "environment": said, "target": said, "touches": (said,),
    }  # fmt: skip
    scene = Scene(title=title, summary=said, service=said, policy=policy).commanded()
    for hat in list(Hat)[1:]:
        scene.does(c.GiveHat, ANA, hat=hat, to=CY)
    for _ in range(3):
        scene.does(c.RecordTrouble, effect="invite", why=said, cure=said)
    scene.does(c.AddNote, BEN, text=said).does(c.PinMessage, BEN, **pin).does(c.PostUpdate, ANA, text=said)
    scene.does(c.ChangeSeverity, ANA, to=Severity.P2, because="one region only").does(
        c.ChangeSeverity, ANA, to=Severity.P1, because=said
    )
    scene.does(c.AdoptPolicy, ANA, to=edited(policy, name="other"), because=said)
    scene.proposed(**proposal, dry_run=tries).tried(said, said)
    return scene.votes(CY, comment=said)


def look(scene: Scene, named: Any) -> list[Message]:
    """Every view of a scene that is a message."""
    incident, now, said = scene.incident, scene.now, scene.incident.summary
    shown = [
        card(incident, POLICY, named, now),
        announcement(incident, named),
        *(mitigation(incident, m, named, now, None) for m in incident.mitigations.values()),
        *(gate(incident, one, named) for name, one in incident.gates.items() if name not in incident.mitigations),
        *(told(record, incident, named, "channel") for record in scene.records),
        *(told(record, incident, named, "customers") for record in scene.records if record.event.type == NOTICE),
        *(told(record, incident, named, "managers") for record in scene.records),
        *timeline(scene.records, named, incident.title),
        brief(Hat.COMMANDER, incident, POLICY),
        offer(incident, Hat.COMMANDER, ANA, named, POLICY),
        listing(ANA, [incident] * 30, named, now, incident.summary),
        listing(ANA, [], named, now, incident.summary),
        pick(ANA, [incident] * 30, incident.summary or "x"),
        unknown(incident.summary, incident.title),
        policy_view(ShowPolicy(incident, POLICY, POLICY, (Difference(place="p1.means", before=said, after=said),))),
        help_([(incident.title, incident.summary, incident.summary)], "/incident"),
    ]
    for view in [home(CY, [incident] * 30, [incident], named, now), *_plans(scene, named)]:
        check_view(view)
        assert STRANGER not in pings(view)
    return shown


def _plans(scene: Scene, named: Any) -> list[dict[str, Any]]:
    return [plan_view(scene.incident, m, named) for m in scene.incident.mitigations.values()]


@pytest.mark.parametrize("said", NASTY)
def test_nothing_nasty_pings_or_breaks_a_message(said: str) -> None:
    live_through(said, f"x{said}"[:200], said)


@pytest.mark.parametrize("said", NASTY)
def test_no_reason_and_no_name_pings_or_breaks_a_reminder(said: str) -> None:
    def named(_: str) -> str:
        return said

    for scene, kind in reminders().values():
        if scene.incident.is_open and scene.incident.severity is Severity.P1:
            scene.does(c.ResumeReminders, BEN).does(c.StopReminders, BEN, because=said)
        seen = tuple(outlook(scene.incident, REMINDING, scene.now))
        for message in (reminder(scene.incident, kind, REMINDING, named), overview(scene.incident, seen, named)):
            check_message(message)
            assert not pings(message)


@given(said=words, title=titles, called=words)
@settings(max_examples=20, deadline=None)
def test_no_words_of_anybody_ping_or_break_a_message(said: str, title: str, called: str) -> None:
    live_through(said, title, called)


def live_through(said: str, title: str, called: str) -> None:
    """Look at an incident in which everybody says the same, at three moments."""

    def named(person: str) -> str:
        return called or person

    scene = spoken(said, title, TWO_VOTES)
    shown = look(scene, named)
    scene.votes(ANA, comment=said).step(0, detail=said).step(1, ok=False, detail=said)
    shown += look(scene, named)
    scene.step(0, phase="rollback", ok=False, detail=said)
    scene.does(c.Resolve, ANA, summary=said.strip() or "x")
    for message in [*shown, *look(scene, named)]:
        check_message(message)
        assert pings(message) <= {ANA, CY}


NOTICE = "customers.told"


@given(said=words)
@settings(max_examples=20, deadline=None)
def test_no_words_of_anybody_break_a_question_about_a_rollback_or_a_notice(said: str) -> None:
    said = said.strip()[:1999] + "x"
    steps = (HttpStep(id="undo", says=said, path="/go"),)
    scene = Scene(policy=CAREFUL).commanded().proposed(title=said, rollback=steps).votes(ANA).ran()
    scene.reads().later(seconds=60).reads().does(c.RollBack, BEN, mitigation="m1", because=said)
    scene.does(c.TellCustomers, BEN, text=said)
    shown = look(scene, str)
    scene.votes_on("g1", CY, "reject", said).votes_on("g2", CY)
    for message in [*shown, *look(scene, str)]:
        check_message(message)
        assert pings(message) <= {ANA, BEN, CY}


@given(said=words, limit=st.integers(min_value=10, max_value=3000))
@settings(max_examples=300, deadline=None)
def test_safe_words_fit_and_carry_no_token_of_their_own(said: str, limit: int) -> None:
    for safe in (line(said, limit), prose(said, limit)):
        assert len(safe) <= limit
        assert "<!" not in safe
        assert "<@" not in safe
        assert "<#" not in safe
    assert "\n" not in line(said, limit)


@given(title=titles, number=st.integers(min_value=1, max_value=10**6), attempt=st.integers(min_value=0, max_value=20))
def test_every_title_gives_a_name_that_slack_takes(title: str, number: int, attempt: int) -> None:
    name = channel_name("inc-", number, title, attempt)
    assert len(name) <= 80
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert name.startswith(f"inc-{number}-")
    assert not name.endswith(("-", "_"))


@given(title=titles, called=words)
@settings(max_examples=50, deadline=None)
def test_every_topic_fits(title: str, called: str) -> None:
    told_ = topic(Scene(title=title).commanded().incident, POLICY, lambda _: called)
    assert 1 <= len(told_) <= 250
    assert "<" not in told_.replace("<http", "")


def test_a_mitigation_with_many_long_votes_still_fits() -> None:
    policy = POLICY.model_copy(update={"approvals": {"anybody": anybody(20)}})
    scene = Scene(policy=policy).commanded().proposed()
    for number in range(19):
        scene.votes(f"UVOTER{number}", comment="&" * 500)
    check_message(mitigation(scene.incident, scene.mitigation, names, scene.now, None))
