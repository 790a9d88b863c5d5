"""The self-audit's message in the ops channel."""

from bot.domain.effects import ShowAudit
from bot.slack.views.audit import audit
from workers.crew import EDITS_APART, Done, Job


def show_audit(effect: ShowAudit, job: Job) -> Done:
    """Post an outbreak, or edit its message to what is so now; one that is forgotten is left as it stands."""
    crew = job.crew
    if (outbreak := crew.audits.outbreak(effect.outbreak)) is None:
        return Done()
    channel = crew.desk.channel_id(crew.engine.workflows.in_force.channels.ops)
    crew.desk.show("", f"audit:{outbreak.id}", channel, audit(outbreak), again=job.again, since=job.since)
    crew.audits.remember_shown(outbreak)
    return Done(rest=EDITS_APART)
