"""What somebody reads in private where the workflow would rather not see two things together."""

from bot.domain.incident.events import ConflictMet
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.slack.kit import Message, line, message, section, sentences


def warning(event: ConflictMet, incident: Incident, policy: Policy) -> Message:
    """Say what it is, why it matters, and the way out; nothing was refused."""
    hats = " and the ".join(f"{line(policy.called(hat), 80)} hat" for hat in event.hats)
    does = " and run the fix" if event.deed is not None else ""
    way = f"It is done. As soon as somebody else is there: `/incident hand-over {event.hats[0].value} @somebody`"
    told = sentences(f"In {incident.id} you wear the {hats}{does}", line(event.because, 300), way)
    where = f" <#{incident.channel}>" if incident.channel else ""
    return message(told, section(f"{told}{where}"))
