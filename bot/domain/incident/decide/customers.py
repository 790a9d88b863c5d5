"""What customers are told: at once, or once those have agreed who are asked before it."""

from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.stricter import with_reasons
from bot.domain.gates.subject import of_notice
from bot.domain.incident.commands import PostUpdate, TellCustomers
from bot.domain.incident.decide import gates
from bot.domain.incident.decide.facts import update
from bot.domain.incident.events import AnyEvent, CustomersTold
from bot.domain.incident.rejections import GateStillOpen, NoCustomersChannel
from bot.domain.incident.state import Incident
from bot.domain.words import TextTooLong, check_text
from bot.domain.workflow.policy import Policy

NOTICE_LIMIT = 2000
"""Characters: whoever approves a notice reads all of it in one message, whatever signs it is made of."""


def inform(command: PostUpdate | TellCustomers, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Tell those who wait: stakeholders by an update, customers by a notice."""
    return update(command, incident, policy) if isinstance(command, PostUpdate) else tell(command, incident, policy)


def tell(command: TellCustomers, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Tell customers, or ask first. By the same person while it is asked, it changes the text, and votes fall."""
    channel, text = policy.channels.customers, command.text
    if channel is None:
        raise NoCustomersChannel(workflow=policy.name)
    check_text(text)
    if len(text) > NOTICE_LIMIT:
        raise TextTooLong(length=len(text), limit=NOTICE_LIMIT)
    for other in incident.notices_asked:
        if other.proposer != command.by:
            raise GateStillOpen(title=other.subject.action, gate=other.id)
        change = o.ChangeSubject(by=command.by, at=command.at, subject=of_notice(text, channel, other.policy.hash))
        return gates.with_consequences(decide(change, other), incident, policy)
    declared = policy.approval("notification", incident.severity, command.at)
    if declared is None:
        return [CustomersTold(by=command.by, at=command.at, text=text, channel=channel)]
    approval = with_reasons(declared, command.known)
    return gates.ask(command, of_notice(text, channel, approval.policy.hash), approval, incident, policy)
