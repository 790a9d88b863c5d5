"""Approval gates of every kind, in the local workspace and on a clock to wind: who is asked, and what comes of it."""

from typing import Any

import pytest

from bot.domain.gates import events as g
from bot.domain.gates import orders as go
from bot.domain.gates.decide import order_of
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.orders import AnyOrder
from bot.domain.gates.rejections import NobodyAsksYou, NothingToSign
from bot.domain.gates.seating import Answers
from bot.domain.hats import Hat
from bot.domain.incident.commands import AtGate, Declare
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import TooLate
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import as_it_was, sentence
from bot.engine import Receipt
from bot.slack.clicks.gates import vote
from bot.slack.controls import FormFacts, VoteButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms.words import APPROVE
from bot.slack.requests import Click, Submission
from bot.verbs.gates import at_gate
from bot.verbs.request import House
from tests.harness import orders as o
from tests.harness.actors import buttons
from tests.harness.night import Night
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import PURGE, plan
from tests.harness.world import ROOT

pytestmark = pytest.mark.story

BOOK = (ROOT / "tests" / "harness" / "oncall" / "book.yaml").read_text()

IN_TURN = "kind: sequential\nchain: [{person: ben}, {person: cy}]\nsecond: [{team: team-billing}]"
TWO_OF_THREE = """
kind: parallel
seats: [{team: team-payments, voices: 3}]
quorum: 2
second: [{person: mo}]
override: {seats: [{team: team-payments, voices: 3}], quorum: 3}
"""


def proposed(night: Night, approval: str, by: str = DEE) -> str:
    """Declare an incident whose mitigation waits for an approval, which DEE proposes."""
    night.asks(approval)
    incident = night.declared(by=by)
    night.passes(seconds=5)
    receipt = night.does(o.propose(plan(), by=by), incident)
    assert isinstance(receipt, Receipt), receipt
    night.passes(seconds=5)
    return incident


def orders(night: Night, incident: str, kind: type[AnyOrder], by: str, **words: Any) -> Receipt | Rejected:
    done = night.does(o.at_gate(kind, by=by, **words), incident)
    night.passes(seconds=5)
    return done


def approves(night: Night, incident: str, by: str) -> Receipt | Rejected:
    return orders(night, incident, go.CastVote, by, choice="approve")


def rejects(night: Night, incident: str, by: str) -> Receipt | Rejected:
    return orders(night, incident, go.CastVote, by, choice="reject", comment="carts are full")


def progress(night: Night, incident: str) -> Progress:
    return night.incident(incident).mitigations["m1"].progress


def told(night: Night, incident: str) -> list[str]:
    history = night.wired.house.engine.history(incident)
    return [sentence(record.event, then) for record, then in as_it_was(history)]


def is_asked(night: Night, person: str, incident: str) -> bool:
    """Say whether somebody has a question with buttons before them."""
    return any("Approve" in str(m["blocks"][-1]) for m in night.asked(person, incident))


def question(night: Night, incident: str) -> str:
    """Return what the channel reads of what is asked there."""
    (asked,) = night.posted(str(night.incident(incident).channel), "needed, from")
    return str(asked["text"])


def told_again(night: Night, incident: str) -> list[dict[str, Any]]:
    return night.posted(str(night.incident(incident).channel), "still waits")


def in_channel(night: Night, incident: str) -> str:
    """Return all that Muster says in an incident's channel: Slack notifies whoever is mentioned in it."""
    posted = night.posted(str(night.incident(incident).channel))
    return " ".join(f"{m['text']} {m['blocks']}" for m in posted if "subtype" not in m)


# One after the other


def test_people_are_asked_one_after_the_other_in_private_with_the_reason(night: Night) -> None:
    incident = proposed(night, IN_TURN)
    (question,) = night.asked(BEN, incident)
    assert "asked because: named in the policy" in question["text"]
    assert "Risk: Costs money while it lasts." in question["text"]
    assert not night.asked(CY, incident), "not before it is their turn"
    approves(night, incident, BEN)
    assert "✓ you approved it" in night.asked(BEN, incident)[0]["text"]
    assert is_asked(night, CY, incident)
    approves(night, incident, CY)
    assert progress(night, incident).is_live
    assert "approved, you approved it" in night.asked(CY, incident)[0]["text"]
    assert not is_asked(night, CY, incident)


def test_after_an_hour_the_deputy_is_asked_and_after_two_the_next_tier(night: Night) -> None:
    night.write(BOOK.replace("  ben:\n    slack: UBEN\n", "  ben:\n    slack: UBEN\n    deputies: [ana]\n"))
    incident = proposed(night, IN_TURN)
    night.passes(minutes=59)
    assert not night.asked(ANA, incident)
    night.passes(minutes=2)
    (deputy,) = night.asked(ANA, incident)
    assert "deputy of" in deputy["text"]
    night.passes(minutes=60)
    assert is_asked(night, MO, incident)
    approves(night, incident, MO)
    assert is_asked(night, CY, incident), "the second step goes on as it would have"
    assert not is_asked(night, BEN, incident), "nobody is asked for what is decided"


def test_whoever_decides_about_a_private_incident_is_let_into_its_channel(night: Night) -> None:
    night.asks(IN_TURN)
    order = Declare(**{**o.header(DEE, 0), "at": night.clock.now()}, title="a leak", severity=Severity.P1, private=True)
    incident = night.wired.house.engine.declare(order).incident.id
    night.passes(seconds=5)
    night.does(o.propose(plan(), by=DEE), incident)
    night.passes(seconds=5)
    assert is_asked(night, BEN, incident)
    assert BEN in night.incident(incident).people
    assert CY not in night.incident(incident).people
    assert night.posted_to(BEN, str(night.incident(incident).channel)), "he can read what it is about"


def test_the_order_of_the_steps_is_drawn_by_a_seed_that_is_on_record(night: Night) -> None:
    night.asks("kind: sequential\nchain: [{person: ben}, {person: cy}, {person: ana}]\nshuffle: true")
    people = {0: BEN, 1: CY, 2: ANA}
    orders_seen = set[tuple[int, ...]]()
    for _ in range(4):
        incident = night.declared(by=DEE)
        night.passes(seconds=5)
        night.does(o.propose(plan(PURGE), by=DEE), incident)
        night.passes(seconds=5)
        (opened,) = (event for event in night.events(incident) if isinstance(event, g.GateOpened))
        assert opened.order == order_of(opened.policy, opened.seed), "whoever reads the record can draw it again"
        for step in opened.order:
            assert [who for who in people.values() if is_asked(night, who, incident)] == [people[step]]
            explained = night.types("gates", DEE, incident)
            assert f"drawn by the seed {opened.seed[:12]}" in explained
            approves(night, incident, people[step])
        assert progress(night, incident) is not Progress.PROPOSED
        night.does(o.stop(by=DEE), incident)
        orders_seen.add(opened.order)
    assert len(orders_seen) > 1


# At once


def test_weights_count_and_a_must_is_waited_for_whatever_the_others_weigh(night: Night) -> None:
    asks = "kind: parallel\nseats: [{person: ben, weight: 3}, {person: cy, weight: 2}, {person: mo, must: true}]"
    incident = proposed(night, f"{asks}\nquorum: 4")
    approves(night, incident, BEN)
    explained = night.types("gates", DEE, incident)
    assert "4 of 6 from ben and cy and mo, with a yes from mo. It has 3 of 4 so far" in explained
    approves(night, incident, CY)
    assert progress(night, incident) is Progress.PROPOSED, "5 of 4, and yet mo's yes is missing"
    assert "a yes from mo is missing" in night.types("gates", DEE, incident)
    approves(night, incident, MO)
    assert progress(night, incident).is_live


def test_a_button_that_wants_words_opens_a_form_for_whoever_is_asked(night: Night) -> None:
    incident = proposed(night, f"{IN_TURN}\ncomment: always")
    wired = night.wired
    door = Door(wired.house, wired.clock, wired.outbox, wired.waker)
    subject = night.incident(incident).gates["m1"].subject
    control = VoteButton(incident=incident, gate="m1", subject=subject.hash, ballot=0, choice="approve")

    def clicks(who: str) -> Reply:
        click = Click(user=who, user_name="", cause=f"a click of {who}", action_id="", value=control.value)
        return vote(click, control, door)

    with pytest.raises(NobodyAsksYou):
        clicks(MO)
    opened = clicks(BEN)
    assert isinstance(opened, Opens)
    assert "Scale checkout to 4 replicas" in str(opened.view["blocks"][0]), "it says what is approved"
    assert opened.words == "`/incident approve because …`"
    facts = FormFacts(form="approve", incident=incident, gate="m1", subject=subject.hash, ballot=0)
    words = {"comment": "it worked last week"}
    form = Submission(user=BEN, user_name="", cause="a form", facts=facts, view_id="V1", values=words)
    assert APPROVE.submit(form, door) is None
    assert [cast.comment for cast in night.incident(incident).gates["m1"].votes] == ["it worked last week"]
    night.passes(seconds=5)
    orders(night, incident, go.WithdrawGate, DEE)
    late = form.model_copy(update={"user": CY, "cause": "a form that came too late"})
    with pytest.raises(TooLate, match=r"withdrawn\. Your vote is recorded as late"):
        APPROVE.submit(late, door)


def test_where_each_vote_must_say_why_a_bare_yes_is_not_taken(night: Night) -> None:
    incident = proposed(night, f"{IN_TURN}\ncomment: always")
    (question,) = night.asked(BEN, incident)
    assert "Approve…" in str(question["blocks"]), "the button opens a form"
    bare = approves(night, incident, BEN)
    assert isinstance(bare, Rejected)
    assert bare.sentence == "Say why in a few words, for the record: `/incident approve because …`."
    assert night.incident(incident).gates["m1"].votes == ()
    assert "You approved" in night.types("approve because it worked last week", BEN, incident)
    assert any("it worked last week" in line for line in told(night, incident))


def test_who_proposed_it_is_not_named_among_those_who_are_asked_but_their_deputy_is(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE, by=ANA)
    (question,) = night.posted(str(night.incident(incident).channel), "approvals needed")
    assert question["text"].partition("Asked: ")[2].startswith(f"<@{BEN}>, <@{CY}>, <@{DEE}>."), "DEE, for her"
    assert not night.asked(ANA, incident)


def test_two_of_three_decide_and_who_is_silent_is_told_again_until_then(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    assert all(is_asked(night, person, incident) for person in (ANA, BEN, CY))
    approves(night, incident, ANA)
    night.passes(minutes=15)
    assert night.direct(BEN, "still waits for you")
    assert not night.direct(ANA, "still waits for you")
    approves(night, incident, CY)
    assert progress(night, incident).is_live
    before = len(night.direct(BEN))
    night.passes(minutes=180)
    assert len(night.direct(BEN)) == before, "nothing pages after the outcome"
    assert not is_asked(night, BEN, incident)


ALL_THREE_OR_MO = "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nnoes: 2\nsecond: [{person: mo}]"


def test_who_can_not_make_it_pass_any_more_is_not_waited_for_until_they_can_again(night: Night) -> None:
    incident = proposed(night, ALL_THREE_OR_MO)
    rejects(night, incident, CY)
    assert is_asked(night, MO, incident), "all three of the team can't agree any more"
    assert not is_asked(night, BEN, incident)
    assert "your answer is not needed any more" in night.asked(BEN, incident)[0]["text"]
    assert "1 approval needed, from mo" in question(night, incident)
    night.passes(minutes=20)
    assert not night.direct(BEN, "still waits for you")
    orders(night, incident, go.WithdrawVote, CY)
    assert is_asked(night, BEN, incident)
    assert "1 approval needed, from mo; or 3 approvals from the team payments" in question(night, incident)
    for person in (ANA, BEN, CY):
        approves(night, incident, person)
    assert progress(night, incident).is_live


def test_where_somebody_who_must_agree_is_nobody_the_others_of_the_tier_are_not_written_to(night: Night) -> None:
    must = "kind: parallel\nseats: [{person: ben}, {person: cy}, {hat: verifier, must: true}]\nsecond: [{person: mo}]"
    incident = proposed(night, f"{must}\nquorum: 2")
    assert is_asked(night, MO, incident)
    assert not night.asked(BEN, incident)
    assert "1 approval needed, from mo; not from Dee" in question(night, incident)
    assert "nobody can say yes for the verifier" in " ".join(told(night, incident))


def test_a_rejection_is_overridden_by_a_larger_quorum_or_stands(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    rejects(night, incident, ANA)
    assert night.incident(incident).gates["m1"].is_contested
    for person in (ANA, BEN, CY):
        approves(night, incident, person)
    assert night.incident(incident).gates["m1"].outcome is Outcome.OVERRIDDEN
    assert progress(night, incident).is_live
    assert any("as overridden: 3 of 3 overrode the rejection" in line for line in told(night, incident))


def test_a_late_no_to_what_runs_is_told_to_the_channel_with_the_way_to_stop_it(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 2")
    channel = str(night.incident(incident).channel)
    approves(night, incident, ANA)
    night.does(o.at_gate(go.CastVote, by=BEN, choice="approve"), incident)
    night.does(o.at_gate(go.CastVote, by=CY, choice="reject", comment="carts are full"), incident)
    night.works()
    (said,) = night.posted(channel, "too late")
    assert "Cy said no to “Scale checkout to 4 replicas” (m1), too late: carts are full. Stop stops it." in said["text"]
    assert buttons(said) == ["Stop"]


def test_a_late_no_to_what_does_not_run_is_no_news(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 2")
    for person in (ANA, BEN):
        rejects(night, incident, person)
    assert not night.posted(str(night.incident(incident).channel), "too late")


def test_who_may_override_a_no_reads_first_who_said_it_and_why(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    rejects(night, incident, ANA)
    question = night.asked(BEN, incident)[-1]
    assert question["text"].startswith("Ana said no: carts are full. Your approval would override that: “Scale")
    assert "Ana said no: carts are full" in str(question["blocks"][1])
    assert night.asked(ANA, incident)


def test_the_channel_hears_whose_no_may_be_overridden_and_afterwards_that_it_was(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    channel = str(night.incident(incident).channel)
    rejects(night, incident, ANA)
    (said,) = night.posted(channel, "carts are full", "is overridden by")
    assert "as rejected, unless it is overridden by the team payments: Ana said no: carts are full" in said["text"]
    for person in (ANA, BEN, CY):
        approves(night, incident, person)
    (run,) = night.posted(channel, "overridden by Ana")
    assert "overridden by Ana, Ben, Cy; Ana had said no: carts are full" in run["text"]
    assert "overridden by Ana, Ben, Cy; Ana had said no" in night.asked(CY, incident)[-1]["text"]
    assert any("; <@UANA> had said no: carts are full" in line for line in told(night, incident))


def test_who_can_not_be_asked_makes_it_go_on_at_once_and_say_so(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{hat: verifier, must: true}]\nsecond: [{person: mo}]")
    assert is_asked(night, MO, incident)
    assert "asked nobody about" in " ".join(told(night, incident))
    assert any("Nobody wears the verifier hat." in line for line in told(night, incident))


# Whoever fits best


def test_a_route_falls_back_until_it_knows_people_and_then_asks_who_fits_best(night: Night) -> None:
    route = "kind: dynamic\nroute: {history: 3, picks: 1}\nfallback: [{person: ben}]"
    first = proposed(night, route)
    assert is_asked(night, BEN, first)
    assert any("Too little is known of how soon they answer" in line for line in told(night, first))
    approves(night, first, BEN)
    for number in range(5):
        night.wired.answers.remember(ANA, f"INC-{number}/m1", night.clock.now(), Answers(answered=(30,)))
        night.wired.answers.remember(CY, f"INC-{number}/m1", night.clock.now(), Answers(answered=(3000,)))
    assert night.wired.answers.of(BEN).answered, "what was answered at the first gate is remembered"
    night.does(o.stop(by=DEE), first)
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.does(o.propose(plan(), by=DEE), incident)
    night.passes(seconds=5)
    (chair,) = night.incident(incident).gates["m1"].calls[0].chairs
    assert chair.account == ANA, "she owns it, is on shift, and answers soonest"
    shown = (
        "asked because: owner of Checkout, on shift in Payments, first line, at work now, median 30 s over 5 answers"
    )
    assert is_asked(night, ANA, incident)
    assert f"{shown}." in night.asked(ANA, incident)[0]["text"]
    assert shown in night.types("gates", DEE, incident)
    orders(night, incident, go.PassOn, chair.account, to=MO, because="on a train")
    assert is_asked(night, MO, incident), "“not me” reroutes with a name"
    assert "you passed it on" in night.asked(chair.account, incident)[0]["text"]


def test_a_route_does_not_pick_whoever_counts_in_an_earlier_step(night: Night) -> None:
    night.asks(
        "steps:\n  - tiers: [{seats: [{team: team-payments, voices: 3}], quorum: 1}]\n"
        "  - tiers: [{seats: [{route: {picks: 1, history: 0, shift: 0, working: 0}}]}]"
    )
    for person, seconds in ((BEN, 30), (ANA, 3000), (CY, 3000)):
        for number in range(4):
            known = Answers(answered=(seconds,))
            night.wired.answers.remember(person, f"INC-{number}/m1", night.clock.now(), known)
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.does(o.propose(plan(), by=DEE), incident)
    night.passes(seconds=5)
    approves(night, incident, BEN)
    (chair,) = night.incident(incident).gates["m1"].calls[-1].chairs
    assert chair.account in {ANA, CY}
    approves(night, incident, chair.account)
    assert progress(night, incident).is_live


# Time


def test_no_limit_runs_before_whoever_is_asked_is_told_of_it(night: Night) -> None:
    asleep = '    zone: Europe/London\n    quiet: ["mon-sun 11:00-15:00"]\n'
    night.write(BOOK.replace("    zone: Europe/London\n", asleep))
    night.asks("kind: parallel\nseats: [{person: ben}]\nlimit: 30m\nthen: approve", severities="p1, p3")
    incident = night.declared(by=DEE, severity=Severity.P3)
    night.passes(seconds=5)
    night.does(o.propose(plan(PURGE), by=DEE), incident)
    night.passes(seconds=5)
    night.passes(minutes=170)
    assert night.incident(incident).gates["m1"].is_open
    assert not night.asked(BEN, incident)
    night.passes(minutes=15)
    assert is_asked(night, BEN, incident)
    night.passes(minutes=30)
    assert night.incident(incident).gates["m1"].how == "time"


@pytest.mark.parametrize(
    ("last_resort", "outcome"),
    [
        ("expire", Progress.EXPIRED),
        ("reject", Progress.REJECTED),
        ("approve", Progress.APPROVED),
    ],
)
def test_without_an_answer_the_policys_outcome_comes_with_a_record(
    night: Night, last_resort: str, outcome: Progress
) -> None:
    incident = proposed(night, f"kind: parallel\nseats: [{{person: ben}}]\nnext_after: 30m\nlast_resort: {last_resort}")
    night.passes(minutes=29)
    assert progress(night, incident) is Progress.PROPOSED
    night.passes(minutes=2)
    closed = [event for event in night.events(incident) if isinstance(event, g.GateClosed)]
    assert [event.how for event in closed] == ["last-resort"]
    assert any(isinstance(event, g.GateExhausted) for event in night.events(incident))
    if outcome is Progress.APPROVED:
        assert night.incident(incident).gates["m1"].outcome is Outcome.APPROVED
        assert progress(night, incident) is not Progress.PROPOSED
    else:
        assert progress(night, incident) is outcome
    assert night.posted("CMANAGERS", incident, "found nobody else to decide")
    assert not is_asked(night, BEN, incident)


@pytest.mark.parametrize(
    ("then", "outcome", "words"),
    [
        ("approve", Outcome.APPROVED, "it approves itself, as its policy says"),
        ("reject", Outcome.REJECTED, "it is rejected, and nothing is done"),
        ("expire", Outcome.EXPIRED, "it expires, and nothing is done"),
    ],
)
def test_the_whole_approvals_limit_has_its_stated_outcome_and_the_message_says_so_before(
    night: Night, then: str, outcome: Outcome, words: str
) -> None:
    asks = f"kind: parallel\nseats: [{{team: team-payments, voices: 3}}]\nquorum: 2\nlimit: 45m\nthen: {then}"
    incident = proposed(night, asks)
    (question,) = night.posted(str(night.incident(incident).channel), "approvals needed")
    assert words in question["text"]
    approves(night, incident, ANA)
    night.passes(minutes=44)
    assert night.incident(incident).gates["m1"].is_open, "one of two is not enough"
    night.passes(minutes=2)
    gate = night.incident(incident).gates["m1"]
    assert (gate.outcome, gate.how) == (outcome, "time")
    assert progress(night, incident) is not Progress.PROPOSED
    assert not is_asked(night, BEN, incident)
    told_by_then = len(night.direct(BEN))
    night.passes(minutes=60)
    assert len(night.direct(BEN)) == told_by_then, "nothing pages after the outcome"
    late = approves(night, incident, BEN)
    assert isinstance(late, Receipt)
    assert [event.type for event in late.events] == ["gate.late-vote"]
    assert night.incident(incident).gates["m1"].outcome is outcome


def test_three_tiers_are_asked_and_then_the_last_resort_is_on_record(night: Night) -> None:
    tiers = ", ".join(f"{{seats: [{{person: {who}}}], limit: 20m}}" for who in ("ben", "cy", "mo"))
    incident = proposed(night, f"steps: [{{tiers: [{tiers}]}}]\nlast_resort: reject")
    for person, minutes in ((BEN, 0), (CY, 20), (MO, 20)):
        night.passes(minutes=minutes)
        assert is_asked(night, person, incident)
        assert not night.posted("CMANAGERS", incident, "found nobody else to decide")
    night.passes(minutes=21)
    assert progress(night, incident) is Progress.REJECTED
    assert night.posted("CMANAGERS", incident, "found nobody else to decide")
    assert any(isinstance(event, g.GateExhausted) for event in night.events(incident))


def test_not_me_goes_three_people_deep_and_then_somebody_must_decide(night: Night) -> None:
    incident = proposed(night, "kind: dynamic\nroute: {history: 0, picks: 1}\nfallback: [{person: mo}]")
    (chair,) = night.incident(incident).gates["m1"].calls[0].chairs
    asked = chair.account
    for to in [one for one in (ANA, BEN, CY, MO) if one != asked]:
        orders(night, incident, go.PassOn, asked, to=to, because="on a train")
        assert is_asked(night, to, incident)
        asked = to
    assert "was passed on 3 times already" in night.types(f"not-me <@{BEN}> because on a train", MO, incident)
    approves(night, incident, MO)
    assert progress(night, incident).is_live


def test_a_limit_may_ask_the_next_ones_at_once(night: Night) -> None:
    asks = "kind: parallel\nseats: [{person: ben}]\nsecond: [{person: mo}]\nnext_after: 4h\nlimit: 20m\nthen: escalate"
    incident = proposed(night, asks)
    (question,) = night.posted(str(night.incident(incident).channel), "approval needed")
    assert "mo will be asked, too" in question["text"]
    night.passes(minutes=19)
    assert not night.asked(MO, incident)
    night.passes(minutes=2)
    assert is_asked(night, MO, incident)
    assert is_asked(night, BEN, incident), "whoever was asked first may still answer"


def test_at_night_and_at_weekends_only_whoever_is_on_shift_is_told(night: Night) -> None:
    """It is Monday noon: quiet for this policy until three."""
    asks = """
kind: parallel
seats: [{schedule: payments-first}, {person: cy}]
quorum: 1
next_after: 12h
quiet: ["mon-fri 11:00-15:00", "sat-sun 00:00-24:00"]
zone: UTC
"""
    night.asks(asks, severities="p3")
    incident = night.declared(by=DEE, severity=Severity.P3)
    night.passes(seconds=5)
    night.does(o.propose(plan(PURGE), by=DEE), incident)
    night.passes(seconds=5)
    assert is_asked(night, ANA, incident), "she is on shift"
    assert not night.asked(CY, incident)
    assert f"<@{ANA}>" in question(night, incident)
    assert f"<@{CY}>" not in in_channel(night, incident)
    night.passes(minutes=181)
    assert is_asked(night, CY, incident)
    assert f"Asked: <@{ANA}>, <@{CY}>." in question(night, incident)


def test_whoever_sleeps_is_told_in_the_morning_unless_the_severity_wakes(night: Night) -> None:
    asleep = '    zone: Europe/London\n    quiet: ["mon-sun 11:00-15:00"]\n'
    night.write(BOOK.replace("    zone: Europe/London\n", asleep))
    night.asks("kind: parallel\nseats: [{person: ben}]\nnext_after: 8h", severities="p1, p3")
    calm, loud = night.declared(by=DEE, severity=Severity.P3), night.declared(by=DEE)
    night.passes(seconds=5)
    for incident in (calm, loud):
        night.does(o.propose(plan(PURGE), by=DEE), incident)
    night.passes(seconds=5)
    assert is_asked(night, BEN, loud)
    assert not night.asked(BEN, calm), "P3 lets him sleep until three in the afternoon"
    assert f"Asked: <@{BEN}>." in question(night, loud)
    assert "Asked: Ben (told from <!date^" in question(night, calm)
    assert f"<@{BEN}>" not in in_channel(night, calm), "a mention would wake him, too"
    night.passes(minutes=181)
    assert is_asked(night, BEN, calm)
    assert f"Asked: <@{BEN}>." in question(night, calm)


@pytest.mark.parametrize("quiet", ["", '\nquiet: ["mon-sun 11:00-15:00"]'], ids=["his own", "the policy's, too"])
def test_the_channel_is_told_again_without_waking_who_sleeps(night: Night, quiet: str) -> None:
    asleep = '    zone: Europe/London\n    quiet: ["mon-sun 11:00-15:00"]\n'
    night.write(BOOK.replace("    zone: Europe/London\n", asleep))
    asks = f"kind: parallel\nseats: [{{person: ben}}, {{anyone: true}}]\nquorum: 1\nnext_after: 8h{quiet}"
    night.asks(asks, severities="p1, p3")
    calm = night.declared(by=DEE, severity=Severity.P3)
    night.passes(seconds=5)
    night.does(o.propose(plan(PURGE), by=DEE), calm)
    night.passes(minutes=16)
    (again,) = told_again(night, calm)
    assert again["text"].startswith("Anybody here:" if quiet else f"<@{ANA}>")
    assert f"<@{BEN}>" not in in_channel(night, calm)


def test_in_the_policys_quiet_times_nobody_is_called_by_the_channel(night: Night) -> None:
    asks = "kind: parallel\nseats: [{anyone: true}]\nnext_after: 8h\nquiet: ['mon-sun 11:00-12:20']"
    night.asks(asks, severities="p3")
    calm = night.declared(by=DEE, severity=Severity.P3)
    night.passes(seconds=5)
    night.does(o.take(Hat.COMMANDER, by=BEN), calm)
    night.does(o.propose(plan(PURGE), by=DEE), calm)
    night.passes(minutes=16)
    assert "Asked: Ben." in question(night, calm)
    assert f"<@{BEN}>" not in " ".join(m["text"] for m in told_again(night, calm))
    night.passes(minutes=15)
    assert f"<@{BEN}>: " in told_again(night, calm)[-1]["text"], "it is day by then"


# In words


def test_a_vote_is_cast_taken_back_passed_on_and_explained_in_words(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    assert "somebody else must decide" in night.types("approve", DEE, incident)
    assert "You aren't asked here. Asked are:" in night.types("approve", MO, incident)
    assert night.types("approve m1 because I tried it", ANA, incident) == "You approved “Scale checkout to 4 replicas”."
    assert "one person counts once" in night.types("reject because no", ANA, incident)
    assert "taken back" in night.types("take-back", ANA, incident)
    assert night.incident(incident).gates["m1"].votes == ()
    assert is_asked(night, ANA, incident), "she is waited for again"
    assert "There is no vote of yours" in night.types("take-back", CY, incident)
    night.types("approve", ANA, incident)
    assert "This question is for the team payments" in night.types(f"not-me <@{MO}> because on a train", BEN, incident)
    explained = night.types("gates", CY, incident)
    assert "Tried" in explained
    assert f"It waits for <@{BEN}>, <@{CY}>." in explained
    assert "2 of 3 from the team payments; or 1 of 1 from mo. It has 1 of 2 so far." in explained
    assert f"Counted: <@{ANA}> approved as the team payments." in explained
    assert f"Not counted: <@{ANA}> approved, because" in explained
    assert night.types("gates m1", CY, incident) == explained
    assert "There is no such gate" in night.types("gates m7", CY, incident)


def test_the_glass_is_broken_and_countersigned_in_words(night: Night) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}glass: {{who: [{{person: mo}}, {{hat: commander}}]}}")
    assert "Only these may break the glass here: mo and the incident commander." in night.types(
        "break-glass because customers wait", ANA, incident
    )
    assert "Say why in a few words" in night.types("break-glass", MO, incident)
    assert "Somebody else must countersign it." in night.types("break-glass because customers wait", MO, incident)
    assert night.incident(incident).gates["m1"].how == "glass"
    assert "somebody else must countersign" in night.types("countersign", MO, incident)
    assert "you do not countersign it" in night.types("countersign no there was time", BEN, incident)
    assert night.incident(incident).gates["m1"].debt is not None
    assert night.types("countersign", ANA, incident) == (
        f"<@{BEN}> did not agree that the glass was broken: “there was time”. That stands; nobody else signs it."
    )


def test_where_nothing_was_asked_words_about_gates_say_so(night: Night) -> None:
    incident = night.declared(by=DEE)
    assert night.types("gates", ANA, incident) == "No approval was asked for in this incident."
    for line in ("approve", "reject because x", "withdraw", "take-back", "break-glass because x"):
        assert night.types(line, ANA, incident) == "Nothing waits for a vote in this incident."
    assert night.types("countersign", ANA, incident) == NothingToSign().sentence
    assert night.incident(incident).gates == {}


LIMITED = "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 2\nlimit: 30m\nthen: reject"
GLASS = "glass: {who: [{person: mo}, {person: ana}], countersigned_by: [{anyone: true}]}"


def test_what_is_decided_is_not_withdrawn_and_whoever_tries_is_told_how_it_ended(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 1")
    approves(night, incident, ANA)
    closed = "That gate is closed: approved. Nothing about it can be changed any more."
    assert night.types("withdraw m1", DEE, incident) == closed
    assert night.types("withdraw", CY, incident) == closed


def test_what_is_withdrawn_already_is_told_so(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    assert night.types("withdraw", DEE, incident) == "“Scale checkout to 4 replicas” is withdrawn."
    assert night.types("withdraw", DEE, incident).startswith("That is so already. “Scale checkout")


@pytest.mark.parametrize("line", ["approve", "reject because carts are full"])
def test_the_vote_that_brings_what_time_has_done_is_told_as_late(night: Night, line: str) -> None:
    incident = proposed(night, LIMITED)
    night.clocks_sleep = True
    night.passes(minutes=31)
    assert night.incident(incident).gates["m1"].is_open, "no clock has looked"
    late = "The gate is closed: rejected. Your vote is recorded as late and changes nothing."
    assert night.types(line, ANA, incident) == late
    assert night.types(line, ANA, incident) == late, "and so it stays"


def test_whoever_had_voted_in_time_and_says_it_again_too_late_has_done_nothing_new(night: Night) -> None:
    incident = proposed(night, LIMITED)
    night.types("approve", ANA, incident)
    night.clocks_sleep = True
    night.passes(minutes=31)
    assert night.types("approve", ANA, incident) == "That is so already. You approved “Scale checkout to 4 replicas”."
    assert night.incident(incident).gates["m1"].outcome is Outcome.REJECTED


@pytest.mark.parametrize("line", ["take-back", "withdraw", "break-glass because customers wait", "not-me m1 <@UBEN>"])
def test_what_is_ordered_after_the_time_is_up_is_refused_though_no_clock_has_looked(night: Night, line: str) -> None:
    incident = proposed(night, f"{LIMITED}\n{GLASS}")
    night.types("approve", ANA, incident) if line == "take-back" else None
    night.clocks_sleep = True
    night.passes(minutes=31)
    by = DEE if line == "withdraw" else ANA
    assert night.types(line, by, incident).startswith("That gate is closed: rejected.")


@pytest.mark.parametrize(
    ("words", "because"),
    [
        ("no, there was time", "there was time"),
        ("No: there was time", "there was time"),
        ("nope, there was time", "there was time"),
        ("i do not agree because there was time", "there was time"),
        ("I don\u2019t agree: there was time", "there was time"),
        ("not ok, there was time", "there was time"),
    ],
)
def test_a_no_is_a_no_however_it_is_written(night: Night, words: str, because: str) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("break-glass because customers wait", ANA, incident)
    assert "you do not countersign it" in night.types(f"countersign {words}", BEN, incident)
    debt = night.incident(incident).gates["m1"].debt
    assert debt is not None
    assert (debt.agrees, debt.comment) == (False, because)


@pytest.mark.parametrize("words", ["nope", "i do not agree", "don't agree", "no"])
def test_a_no_without_a_reason_is_asked_for_one(night: Night, words: str) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("break-glass because customers wait", ANA, incident)
    asked = "Say why in a few words, for the record: `/incident countersign no because …`."
    assert night.types(f"countersign {words}", BEN, incident) == asked


@pytest.mark.parametrize("words", ["", "yes", "agreed", "ok, because carts were full", "because carts were full"])
def test_plain_words_of_agreement_countersign(night: Night, words: str) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("break-glass because customers wait", ANA, incident)
    assert night.types(f"countersign {words}", BEN, incident) == "Countersigned."


@pytest.mark.parametrize("words", ["well, there was time", "no objections", "yes but no", "nobody was asked"])
def test_a_signature_that_could_mean_either_is_asked_back_and_not_recorded(night: Night, words: str) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("break-glass because customers wait", ANA, incident)
    answer = night.types(f"countersign {words}", BEN, incident)
    assert answer.startswith("Was it right? Write `/incident countersign`, or `/incident countersign no because …`.")
    debt = night.incident(incident).gates["m1"].debt
    assert debt is not None
    assert debt.is_owed


@pytest.mark.parametrize(
    "line", ["approve g7", "take-back g7", "withdraw m7", "break-glass g7 because customers wait", "not-me g7 <@UBEN>"]
)
def test_a_gate_that_is_not_there_is_named_and_no_other_one_is_acted_on(night: Night, line: str) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("approve", ANA, incident)
    before = night.incident(incident).gates["m1"]
    assert night.types(line, ANA, incident) == "There is no such gate in this incident."
    assert night.incident(incident).gates["m1"] == before


def test_a_signature_for_a_gate_that_is_not_there_signs_nothing(night: Night) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}{GLASS}")
    night.types("break-glass because customers wait", ANA, incident)
    assert night.types("countersign g9", BEN, incident) == "There is no such gate in this incident."
    debt = night.incident(incident).gates["m1"].debt
    assert debt is not None
    assert debt.is_owed


def two_open(night: Night) -> str:
    """Ask BEN about a mitigation (m1), and anybody about what customers read (g1)."""
    incident = proposed(night, f"kind: parallel\nseats: [{{person: ben}}]\n{GLASS}")
    assert "waits" in night.types("notify orders work again", DEE, incident)
    assert [gate.id for gate in night.incident(incident).open_gates] == ["m1", "g1"]
    return incident


def test_the_gate_meant_is_the_open_one_that_waits_for_whoever_says_it(night: Night) -> None:
    incident = two_open(night)
    assert night.types("approve", CY, incident) == "You approved “Tell customers in #status”."
    assert night.incident(incident).gates["g1"].outcome is Outcome.APPROVED
    assert night.incident(incident).gates["m1"].votes == ()


def test_where_two_gates_wait_for_somebody_they_are_asked_which_they_mean(night: Night) -> None:
    incident = two_open(night)
    asked = night.types("approve", BEN, incident)
    both = "m1 “Scale checkout to 4 replicas”, g1 “Tell customers in #status”"
    assert asked == f"Several could be meant: {both}. Say which: `/incident approve m1 …`."
    assert all(gate.votes == () for gate in night.incident(incident).gates.values())
    assert night.types("withdraw", DEE, incident).startswith(f"Several could be meant: {both}.")


def test_the_vote_taken_back_and_the_glass_broken_are_where_one_has_a_say(night: Night) -> None:
    incident = two_open(night)
    assert "goes ahead" in night.types("break-glass because customers wait", MO, incident)
    assert night.incident(incident).gates["m1"].how == "glass"
    assert night.incident(incident).gates["g1"].is_open


def test_not_me_is_not_said_to_ones_own_second_account(night: Night) -> None:
    night.write(BOOK.replace("    slack: UBEN\n", "    slack: UBEN\n    also: [UGUS]\n"))
    incident = proposed(night, "kind: dynamic\nroute: {history: 0, picks: 3}\nfallback: [{person: mo}]")
    assert night.types("not-me <@UGUS>", BEN, incident) == "That is you. Name somebody else."


# Before other things than mitigations


def test_a_move_waits_for_approval_in_the_channel_and_is_made_by_the_last_yes(night: Night) -> None:
    night.asks(
        "kind: parallel\nseats: [{person: ben}, {anyone: true}]\nquorum: 2", before="stage", stages="investigating"
    )
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    said = night.types("stage investigating because we know where", DEE, incident)
    assert said == "“Move to Investigating” waits for approval: Tried. `/incident gates` tells who is asked."
    channel = str(night.incident(incident).channel)
    (question,) = night.posted(channel, "asks for", "Move to Investigating")
    assert "we know where" in question["text"]
    assert is_asked(night, BEN, incident)
    assert night.types("approve g1", MO, incident) == "You approved “Move to Investigating”."
    assert night.incident(incident).stage.id == "triage"
    assert night.types("approve", BEN, incident) == "You approved “Move to Investigating”."
    assert night.incident(incident).stage.id == "investigating"
    (ended,) = night.posted(channel, "Move to Investigating", "approved by")
    assert ended["ts"] == question["ts"], "the same message says how it ended"
    assert any("moved the incident from Triage to Investigating" in line for line in told(night, incident))


def test_who_asks_for_another_move_sees_the_first_question_end(night: Night) -> None:
    night.asks("kind: parallel\nseats: [{person: ben}]", before="stage", stages="investigating, mitigating")
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("stage investigating because we know where", DEE, incident)
    channel = str(night.incident(incident).channel)
    (first,) = night.posted(channel, "asks for", "Move to Investigating")
    assert "“Move to Resolved” waits for approval" in night.types("resolve it was a false alarm", DEE, incident)
    (ended,) = [said for said in night.posted(channel, "Move to Investigating") if said["ts"] == first["ts"]]
    assert "superseded" in ended["text"]
    assert buttons(ended) == []
    assert not is_asked(night, BEN, incident)


# What can go wrong


def test_a_changed_plan_lets_votes_fall_and_everybody_is_asked_anew(night: Night) -> None:
    incident = proposed(night, TWO_OF_THREE)
    approves(night, incident, ANA)
    night.does(o.propose(plan(replicas="9"), by=DEE), incident)
    night.passes(seconds=5)
    assert progress(night, incident) is Progress.PROPOSED
    assert any("it has changed (replicas)" in m["text"] for m in night.asked(ANA, incident))
    assert is_asked(night, ANA, incident)
    stale = orders(night, incident, go.CastVote, BEN, choice="approve", subject="of another plan")
    assert isinstance(stale, Rejected)
    assert "replicas" in stale.sentence


def test_a_vote_in_words_is_for_what_was_asked_when_it_was_said(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{anyone: true}]")

    def after_a_change(house: House, facts: dict[str, Any], gate: Gate, order: AnyOrder) -> AtGate:
        night.does(o.propose(plan(replicas="9"), by=DEE), incident)
        return at_gate(house, facts, gate, order)

    monkeypatch.setattr("bot.verbs.vote.at_gate", after_a_change)
    assert "It has changed since you opened it (replicas)" in night.types("approve", BEN, incident)
    assert night.incident(incident).gates["m1"].votes == ()
    monkeypatch.undo()
    assert "You approved “Scale checkout to 9 replicas”" in night.types("approve", BEN, incident)


def test_breaking_the_glass_is_loud_and_owes_a_countersignature(night: Night) -> None:
    incident = proposed(night, f"{TWO_OF_THREE}glass: {{who: [{{person: mo}}], within: 1h}}")
    refused = orders(night, incident, go.BreakGlass, ANA, because="now")
    assert isinstance(refused, Rejected)
    orders(night, incident, go.BreakGlass, MO, because="customers wait", holds=("person mo",))
    assert progress(night, incident).is_live
    channel = night.incident(incident).channel
    for place in (str(channel), "CINCIDENTS", "CMANAGERS"):
        assert night.posted(place, "broke the glass", "customers wait"), place
    assert not is_asked(night, BEN, incident)
    night.passes(minutes=61)
    assert night.posted("CMANAGERS", incident, "nobody answers for it")
    orders(night, incident, go.Countersign, ANA, comment="it was right")
    assert night.posted(str(channel), "countersigned that the glass was broken")


BENS_OTHER = BOOK.replace("    slack: UBEN\n", "    slack: UBEN\n    also: [UMO]\n").replace(
    "UMO, name: Mo", "UMM, name: Mo"
)
"""MO's account is BEN's second one here."""


@pytest.mark.parametrize(
    "asks",
    [
        "kind: parallel\nseats: [{anyone: true, voices: 2}]\nquorum: 2",
        "kind: parallel\nseats: [{team: team-payments, voices: 3}, {anyone: true}]\nquorum: 2",
    ],
    ids=["as anybody", "as one of a team"],
)
def test_a_second_account_of_the_same_person_does_not_count_again(night: Night, asks: str) -> None:
    night.write(BENS_OTHER)
    incident = proposed(night, asks)
    assert night.types("approve", BEN, incident) == "You approved “Scale checkout to 4 replicas”."
    assert night.types("approve", MO, incident) == "That is so already. You approved “Scale checkout to 4 replicas”."
    assert [vote.account for vote in night.incident(incident).gates["m1"].votes] == [BEN]
    assert progress(night, incident) is Progress.PROPOSED
    night.types("approve", CY, incident)
    assert progress(night, incident).is_live, "somebody else is the second"


def test_two_seats_that_are_one_persons_accounts_are_one_voice(night: Night) -> None:
    """The user group holds ANA's account, which is BEN's second one here."""
    other = BOOK.replace("    slack: UBEN\n", "    slack: UBEN\n    also: [UANA]\n").replace(
        "slack: UANA", "slack: UAN2"
    )
    night.write(other)
    asks = "kind: parallel\nseats: [{person: ben}, {group: S0ONCALLPAY}]\nquorum: 2\nsecond: [{person: cy}]"
    incident = proposed(night, asks)
    assert any("at most 1 of 2 can be reached" in line for line in told(night, incident))
    assert is_asked(night, CY, incident), "the next tier is asked at once"


def test_whoever_proposed_it_by_their_second_account_is_not_asked_by_their_first(night: Night) -> None:
    night.write(BENS_OTHER)
    incident = proposed(night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 2", by=MO)
    assert is_asked(night, ANA, incident)
    assert not night.asked(BEN, incident)
    assert any(f"<@{BEN}> proposed or changed it, so others decide." in line for line in told(night, incident))
    assert "somebody else must decide" in night.types("approve", BEN, incident)


def test_whoever_has_a_role_in_the_organisation_is_asked_for_it_and_nobody_else(night: Night) -> None:
    night.write(BOOK.replace("cy: {slack: UCY,", "cy: {slack: UCY, roles: [security],"))
    incident = proposed(night, "kind: parallel\nseats: [{role: security, must: true}, {anyone: true}]\nquorum: 1")
    (asked,) = night.asked(CY, incident)
    assert "asked because: security" in asked["text"]
    assert not night.asked(BEN, incident)
    night.types("approve", BEN, incident)
    assert progress(night, incident) is Progress.PROPOSED
    assert "a yes from whoever is security is missing" in night.types("gates", DEE, incident)
    night.types("approve", CY, incident)
    assert progress(night, incident).is_live


def test_where_only_working_hours_count_the_night_brings_nobody_to_the_next_tier(night: Night) -> None:
    """It is Monday noon; two hours of working time from four in the afternoon are over on Tuesday at ten."""
    night.clock.wind(4 * 3600)
    hours = 'hours: ["mon-fri 09:00-17:00"]\nzone: UTC'
    incident = proposed(night, f"kind: parallel\nseats: [{{person: ben}}]\nsecond: [{{person: cy}}]\n{hours}")
    night.passes(minutes=60 * 17 + 50)
    assert not night.asked(CY, incident), "it is ten to ten"
    night.passes(minutes=15)
    assert is_asked(night, CY, incident)
    assert is_asked(night, BEN, incident)


def test_a_user_groups_members_are_asked(night: Night) -> None:
    incident = proposed(
        night, "kind: parallel\nseats: [{group: S0ONCALLPAY, voices: 2}]\nquorum: 1\nsecond: [{person: ben}]"
    )
    asked = {chair.account for call in night.incident(incident).gates["m1"].calls for chair in call.chairs}
    assert asked == {ANA}


def test_a_user_group_that_is_not_there_is_said_and_the_next_are_asked(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{group: S0NOTTHERE}]\nsecond: [{person: ben}]")
    assert is_asked(night, BEN, incident)
    assert any("S0NOTTHERE" in line for line in told(night, incident))


# Doors


def test_who_is_asked_as_anybody_says_so_in_the_incidents_channel_or_takes_part(night: Night) -> None:
    incident = proposed(night, "kind: parallel\nseats: [{anyone: true, voices: 2}]\nquorum: 2")
    assert "everybody in the incident's channel" in night.types("approve", MO, incident, here=False)
    assert "Say it in #inc-" in night.types("reject because no", MO, incident, here=False)
    assert night.incident(incident).gates["m1"].votes == ()
    night.types("hat verifier", BEN, incident, here=False)
    assert "You approved" in night.types("approve", BEN, incident, here=False), "he takes part: he is invited"
    assert "You approved" in night.types("approve", MO, incident)
    assert progress(night, incident).is_live
