"""Approvals: could those in use pass today? What could not is a standing problem, until it can."""

from bot.domain.effects import CheckApprovals
from bot.slack.approvals import troubles
from bot.slack.kit import MENTION
from workers.crew import Done, Job

PREFIX = "approval:"


def check_approvals(_: CheckApprovals, job: Job) -> Done:
    """Ask book and Slack about all whom approvals name; the self-audit tells what stands here in the ops channel."""
    crew, house = job.crew, job.crew.house
    now, arranged = crew.clock.now(), house.roster.arranged()
    found = {one.key: one for one in troubles(house.manifests, arranged, now, crew.people.home(), crew.desk.call)}
    for key, trouble in found.items():
        crew.problems.raise_(key, _named(trouble.why, job), trouble.cure)
    for key in crew.problems.all():
        if key.startswith(PREFIX) and key not in found:
            crew.problems.clear(key)
    return Done()


def _named(why: str, job: Job) -> str:
    return MENTION.sub(lambda found: f"{job.crew.names(found[1])} ({found[1]})", why)
