"""The weekly digest: how approvals did, told to the managers once."""

from slack_sdk.errors import SlackApiError

from bot.domain.effects import PostDigest
from bot.slack.errors import Refused, translate
from bot.slack.views.digest import digest
from bot.verbs.gates import measured
from workers.crew import Done, Job


def post_digest(effect: PostDigest, job: Job) -> Done:
    """Tell the managers of a week, once; by the workflow in force, which may want none any more."""
    crew = job.crew
    policy = crew.engine.workflows.in_force
    if policy.digest is None:
        return Done()
    since, until = policy.digest.span(effect.due)
    told = measured(crew.engine, since, until, crew.clock.now())
    try:
        channel = crew.desk.channel_id(policy.channels.managers)
        name = f"digest:{effect.due:%Y-%m-%d}"
        crew.desk.say("", name, channel, digest(told, crew.names), again=job.again, since=job.since)
    except (Refused, SlackApiError) as error:
        meaning = error if isinstance(error, Refused) else translate(error)
        if not isinstance(meaning, Refused):
            raise
        crew.problems.raise_(DIGEST, f"The digest of approvals can't be posted. {meaning.why}", meaning.cure)
        return Done()
    crew.problems.clear(DIGEST)
    return Done()


DIGEST = "digest"
"""The standing problem of a digest that Slack refuses: the next one that is posted ends it."""
