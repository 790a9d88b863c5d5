"""Triggers and response URLs run out."""

import pytest

from bot.sandbox.errors import SlackError
from bot.sandbox.tickets import Tickets


def test_a_trigger_runs_out_after_three_seconds() -> None:
    tickets = Tickets()
    trigger_id = tickets.trigger("UANA")
    tickets.triggers[trigger_id].expires -= 3
    with pytest.raises(SlackError, match="expired_trigger_id"):
        tickets.redeem(trigger_id)


def test_a_response_url_runs_out_after_half_an_hour() -> None:
    tickets = Tickets()
    token = tickets.responder("COPS", "UANA")
    assert tickets.respond(token).user == "UANA"
    tickets.responders[token].expires -= 30 * 60
    with pytest.raises(SlackError, match="expired_url"):
        tickets.respond(token)
