"""Slack: a direct message, sent by whoever knows the Web API; the family only knows the seam."""

import re

from bot.domain.oncall.notifier import SlackNotifier
from bot.notifiers.notifier import Means, Notice, Sent, Undeliverable


def send(_: SlackNotifier, to: str, notice: Notice, means: Means) -> Sent:
    """Send the direct message. `to` is the person's member id, whatever the contact says."""
    if re.fullmatch("[UW][A-Z0-9]{2,20}", to) is None:
        cure = "Write the member id, from the person's profile in Slack: slack: U024BE7LH."
        raise Undeliverable(f"“{to}” is nobody's member id in Slack.", cure)
    means.slack.tell(to, notice)
    return Sent("a direct message in Slack")
