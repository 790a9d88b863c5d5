"""Anything may happen in an incident of a shipped workflow: all that Slack shows of it can be drawn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gates.explain import in_sentences
from bot.domain.incident.criteria import bare_hats, exits, missing, owed
from bot.domain.incident.due import outlook, stage_due
from bot.domain.incident.ways import ways
from bot.domain.severity import Severity
from bot.slack.kit import Message
from bot.slack.views.announcement import announcement
from bot.slack.views.asked import asked, still_waits
from bot.slack.views.card import card
from bot.slack.views.debt import debt
from bot.slack.views.gate import gate
from bot.slack.views.home import home
from bot.slack.views.listing import listing
from bot.slack.views.mitigation import mitigation, plan_view
from bot.slack.views.reminder import overview, reminder
from bot.slack.views.stage import refused, stage
from bot.verbs.request import ShowStage
from tests.domain.test_anything_happens import walk
from tests.domain.test_presets import PRESETS, shipped
from tests.harness.clock import at
from tests.harness.given import Given
from tests.slack.views.limits import check_message, check_view
from tests.slack.views.scene import names


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PRESETS), st.sampled_from([*Severity]), st.integers(0, 2**32), st.integers(10, 60))
def test_whatever_happens_everything_is_drawn(name: str, level: Severity, seed: int, length: int) -> None:
    for world, person, now in walk(shipped(name), level, seed, length):
        for message in drawn(world, person, now):
            check_message(message)
            said = f"{message.text} {message.blocks}"
            assert "None" not in said.replace("None yet", "").replace("None of", "")
        incident = world.incident
        check_view(home(person, [incident], [incident], names, at(now)))
        for m in incident.mitigations.values():
            check_view(plan_view(incident, m, names))


def drawn(world: Given, person: str, now: float) -> list[Message]:
    """Draw each message that there is of an incident as it stands."""
    incident, policy, moment = world.incident, world.policy, at(now)
    found = [
        card(incident, policy, names, moment),
        announcement(incident, names),
        listing(person, [incident], names, moment),
        overview(incident, tuple(outlook(incident, policy, moment)), names),
        as_it_stands(world, person, now),
        *(mitigation(incident, m, names, moment, None) for m in incident.mitigations.values()),
        *(reminder(incident, kind, policy, names) for kind in incident.reminders),
    ]
    lacks = ((way.to, missing(incident, way.to, policy)) for way in ways(incident, policy, moment, person))
    found += [refused(incident, to, items, person, names) for to, items in lacks if items]
    for one in incident.gates.values():
        found += [gate(incident, one, names), still_waits(incident, one, names)]
        found += [asked(incident, one, call.turn, chair.account, names) for call in one.calls for chair in call.chairs]
        found += [debt(incident, one, one.debt, names)] if one.debt is not None else []
        assert all(in_sentences(one))
    return found


def as_it_stands(world: Given, person: str, now: float) -> Message:
    incident, policy = world.incident, world.policy
    owes = tuple(item for item in owed(incident, policy) if not item.done)
    on, due, bare = ways(incident, policy, at(now), person), stage_due(incident, policy), bare_hats(incident, policy)
    return stage(ShowStage(incident, person, exits(incident, policy), on, owes, due, bare), names, at(now))
