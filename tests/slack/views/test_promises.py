"""What a picture promises beyond its looks: who may click what, when, and what is kept from whom."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.durations import lasted
from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.severity import Severity
from bot.slack.controls import read_control
from bot.slack.kit import Message, bold, isolated, link, when
from bot.slack.views.announcement import announcement
from bot.slack.views.brief import FIRST
from bot.slack.views.card import card
from bot.slack.views.home import home
from bot.slack.views.listing import listing, pick
from bot.slack.views.mitigation import Track, mitigation, plan_view
from bot.slack.views.timeline import timeline
from bot.slack.views.told import told
from tests.slack.views.gallery import approved, failed, gallery, life, mitigations, resolved, states, verified
from tests.slack.views.limits import check_message
from tests.slack.views.scene import ANA, BEN, CY, DEE, POLICY, START, TWO_VOTES, Scene, names


def buttons(what: Message | dict[str, Any]) -> list[str]:
    """The labels of everything to click on."""
    blocks = what.blocks if isinstance(what, Message) else what["blocks"]
    elements = [element for block in blocks for element in [*block.get("elements", []), block.get("accessory", {})]]
    return [element["text"]["text"] for element in elements if element.get("type") == "button"]


def shown(scene: Scene) -> Message:
    return mitigation(scene.incident, scene.mitigation, names, scene.now, None)


def the_card(scene: Scene) -> Message:
    return card(scene.incident, POLICY, names, scene.now)


PICTURES = gallery()


@pytest.mark.parametrize("name", PICTURES)
def test_every_button_can_be_read_back(name: str) -> None:
    picture = PICTURES[name]
    blocks = picture.blocks if isinstance(picture, Message) else picture["blocks"]
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            if element.get("type") == "button":
                control = read_control(element["action_id"], element["value"])
                assert control is not None
                assert control.action_id == element["action_id"]


@pytest.mark.parametrize("name", states())
def test_a_card_has_five_buttons_at_most_beside_the_free_hats(name: str) -> None:
    labels = buttons(the_card(states()[name]))
    assert len([label for label in labels if label != "Take this hat"]) <= 5


def test_a_card_offers_mitigations_only_where_the_workflow_takes_them() -> None:
    triage = POLICY.stages["triage"].model_copy(update={"mitigations": False})
    formal = POLICY.model_copy(update={"stages": {**POLICY.stages, "triage": triage}})
    scene = Scene(policy=formal).commanded()
    assert scene.incident.stage.id == "triage"
    assert "Propose mitigation" in buttons(card(scene.incident, POLICY, names, scene.now))
    assert buttons(card(scene.incident, formal, names, scene.now))[-2:] == ["Add a note", "Resolve"]


def test_a_free_hat_is_a_button_until_somebody_wears_it() -> None:
    scene = Scene()
    assert buttons(the_card(scene)).count("Take this hat") == 2
    scene.does(c.TakeHat, ANA, hat=Hat.COMMANDER)
    assert buttons(the_card(scene)).count("Take this hat") == 1
    scene.does(c.TakeHat, BEN, hat=Hat.FIRST_RESPONDER)
    assert "Take this hat" not in buttons(the_card(scene))


def test_a_card_offers_nothing_that_the_rules_would_refuse_while_a_mitigation_is_under_way() -> None:
    assert {"Propose mitigation", "Resolve"} <= set(buttons(the_card(Scene().commanded())))
    assert not {"Propose mitigation", "Resolve"} & set(buttons(the_card(approved())))


def test_an_overdue_update_is_late_on_the_card_until_it_is_sent() -> None:
    scene = Scene().commanded().later(minutes=40)
    assert the_card(scene).text.count("*late*") == 2
    scene.does(c.PostUpdate, ANA, text="We look into it.")
    assert the_card(scene).text.count("*late*") == 1


def test_where_no_update_is_owed_none_is_shown_as_due() -> None:
    assert "Next update" not in the_card(Scene(severity=Severity.P4)).text


AWAITS_A_HUMAN = {"stopped", "needs-human", "rollback-failed", "rollback-asked", "rollback-rejected"}


def test_nobody_can_click_on_what_has_ended() -> None:
    for name, scene in mitigations().items():
        if scene.mitigation.ended_at and name not in AWAITS_A_HUMAN:
            assert buttons(shown(scene)) == ["Open plan"], name
            assert len(shown(scene).blocks) == 1, name


def test_the_vote_is_bound_to_the_plan_that_is_shown() -> None:
    scene, buttons = Scene().commanded().proposed(), 0
    for block in shown(scene).blocks:
        for element in block.get("elements", []):
            if element.get("action_id", "").startswith("gate.vote"):
                buttons += 1
                assert scene.incident.gates["m1"].subject.hash in element["value"]
    assert buttons == 2
    assert scene.mitigation.plan_hash in str(plan_view(scene.incident, scene.mitigation, names)["blocks"])


def test_whoever_voted_or_proposed_is_not_asked_again() -> None:
    scene = Scene(policy=TWO_VOTES).commanded().does(c.TakeHat, CY, hat=Hat.FIRST_RESPONDER).proposed()
    assert "Asked: <@UANA>, <@UCY>" in shown(scene).text
    assert "Asked: <@UCY>" in shown(scene.votes(ANA)).text


def test_a_gate_that_nobody_can_pass_says_so() -> None:
    assert "bring somebody in who can decide" in shown(Scene().commanded().proposed(by=ANA)).text


def test_rolling_back_is_offered_only_where_there_is_a_rollback_that_has_not_been_tried() -> None:
    stopped = approved().step(0).does(c.StopRun, CY, mitigation="m1")
    tried = failed().step(0, phase="rollback", ok=False, detail="refused")
    assert "Roll back now" in buttons(shown(stopped))
    assert "Roll back now" not in buttons(shown(tried))


def test_stop_is_there_while_it_runs_and_not_while_it_is_undone() -> None:
    assert "Stop" in buttons(shown(approved().begins(0)))
    assert "Stop" not in buttons(shown(failed().begins(0, "rollback")))


def test_who_ordered_a_rollback_is_named_and_not_pinged() -> None:
    ordered = verified().does(c.RollBack, BEN, mitigation="m1")
    assert "Ben Okafor ordered it" in shown(ordered).text
    assert BEN not in shown(ordered).text


def test_a_private_incident_keeps_its_secrets_outside_its_channel() -> None:
    scene = Scene(title="Break-in", private=True).commanded().does(c.PostUpdate, ANA, text="Keys were stolen.")
    outside = [
        announcement(scene.incident, names),
        *(told(record, scene.incident, names, "announce") for record in scene.records),
        *(told(record, scene.incident, names, "managers") for record in scene.records),
        listing(DEE, [scene.incident], names, scene.now),
        pick(DEE, [scene.incident], "note x"),
    ]
    everything = " ".join(str(message) for message in outside) + str(home(DEE, [scene.incident], [], names, scene.now))
    assert "Break-in" not in everything
    assert "stolen" not in everything
    assert "C042" not in everything
    assert "Break-in" in listing(ANA, [scene.incident], names, scene.now).text


def test_a_long_timeline_comes_in_parts_that_hold_every_event() -> None:
    scene = Scene().commanded()
    for number in range(300):
        scene.does(c.AddNote, BEN, text=f"note {number} {'&' * 40}.")
    pages = timeline(scene.records, names, "INC-42")
    told_in_all = " ".join(str(page.blocks) for page in pages)
    assert len(pages) > 1
    assert all(f"note {number} " in told_in_all for number in range(300))
    for page in pages:
        check_message(page)


def test_a_timeline_leaves_out_what_says_nothing_new_and_says_how_much() -> None:
    scene = (
        approved().ran().reads("slow", healthy=False).reads("slow", healthy=False).reads("slow", healthy=False).reads()
    )
    page = timeline(scene.records, names, "INC-42")[-1]
    assert str(page.blocks).count("read the signal") == 2
    assert "started step" not in str(page.blocks)
    assert str(page.blocks).count("finished step") == 3
    assert "8 quiet events left out" in str(page.blocks)


def test_a_step_that_never_ended_and_the_end_of_it_all_are_told() -> None:
    begun = approved().step(0).begins(1)
    assert "started step 2 of 3" in timeline(begun.records, names, "INC-42")[-1].text
    over = resolved()
    rows = timeline(over.records, names, "INC-42")[-1].text
    assert "resolved the incident" in rows
    assert "to Resolved" not in rows


def test_a_title_with_stars_is_shown_as_it_was_written() -> None:
    assert bold("checkout is down") == "*checkout is down*"
    scene = Scene(title="5 * 3 is *not* 16").in_channel()
    for picture in (the_card(scene), announcement(scene.incident, names)):
        lines = [row for block in picture.blocks for row in block.get("text", {}).get("text", "").splitlines()]
        assert "5 * 3 is *not* 16" in lines


def test_a_timeline_of_nothing_worth_reading_is_no_message() -> None:
    scene = Scene().commanded().does(c.RequestExport, ANA, format="md")
    assert timeline(scene.records, names, "INC-42", after=len(scene.records) - 1) == []


def test_a_pin_in_the_timeline_links_to_its_message() -> None:
    lived = life()
    assert "<https://a.b/p1?c=1&amp;d=2|message>" in str(timeline(lived.records, names, "x")[0].blocks)


def test_home_asks_for_a_vote_once_and_never_for_ones_own_proposal() -> None:
    scene = Scene(policy=TWO_VOTES).commanded().proposed()

    def asked(person: str) -> bool:
        return "Approve" in buttons(home(person, [scene.incident], [], names, START))

    assert asked(ANA)
    assert not asked(BEN)
    scene.votes(ANA)
    assert not asked(ANA)


def test_every_hat_says_what_to_do_first() -> None:
    assert set(FIRST) == set(Hat)


def test_times_say_utc_where_slack_shows_no_date() -> None:
    madrid = START.astimezone(ZoneInfo("Europe/Madrid"))
    assert when(madrid).endswith("|14:02 UTC>")


def test_durations_are_said_in_two_units_at_most() -> None:
    told_ = [lasted(START.replace(day=day, hour=hour, minute=m) - START.replace(minute=0)) for day, hour, m in SPANS]
    assert told_ == ["less than 1 s", "4 min", "1 h", "1 h 5 min", "1 d", "2 d 3 h"]


SPANS = [(21, 14, 0), (21, 14, 4), (21, 15, 0), (21, 15, 5), (22, 14, 0), (23, 17, 4)]


def test_only_right_to_left_words_are_isolated() -> None:
    assert isolated("plain") == "plain"
    assert isolated("תקלה") == "\u2068תקלה\u2069"


def test_only_an_address_becomes_a_link() -> None:
    assert link("https://a.b/c?d=1&e=2", "here") == "<https://a.b/c?d=1&amp;e=2|here>"
    assert not link("javascript:alert(1)", "here")
    assert not link("https://a.b|<!everyone>", "here")


def test_what_is_delivered_late_says_what_was_so_when_it_happened() -> None:
    scene = Scene().commanded().does(c.PostUpdate, ANA, text="we look into it")
    then, record = scene.incident, scene.records[-1]
    scene.does(c.ChangeSeverity, ANA, to=Severity.P3, because="a false alarm")
    assert then.severity is not Severity.P3
    said = told(record, scene.incident, names, "managers", then=then).text
    assert said.startswith(f"INC-42 · {then.severity.label}")


def test_a_run_of_seconds_took_seconds() -> None:
    scene = Scene().commanded().proposed()
    track = Track(runs=1, cleared=1, median_minutes=0.1, last_run=START)
    assert "median 6 s" in mitigation(scene.incident, scene.mitigation, names, scene.now, track).text
