"""Messages that show or tell: the announcement, the mitigation, a sentence, the timeline, a brief."""

from datetime import timedelta
from statistics import median

from bot.domain.effects import (
    GiveBrief,
    PostTimeline,
    ShowAnnouncement,
    ShowMitigation,
    ShowOffer,
    Tell,
    Warn,
)
from bot.domain.freshness import freshness
from bot.domain.incident.events import ConflictMet, CustomersTold, StageChanged
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.state import Incident
from bot.domain.timeline import is_said_by_then
from bot.slack.kit import Message
from bot.slack.views.announcement import announcement
from bot.slack.views.brief import brief
from bot.slack.views.mitigation import Track, mitigation
from bot.slack.views.offer import offer, offer_ended
from bot.slack.views.timeline import timeline
from bot.slack.views.told import told
from bot.slack.views.warning import warning
from workers.crew import EDITS_APART, Done, Job


def show_announcement(_: ShowAnnouncement, job: Job) -> Done:
    _announce(job.incident(), job)
    return Done()


def _announce(incident: Incident, job: Job) -> None:
    crew = job.crew
    channel = crew.desk.channel_id(crew.engine.policy_of(incident).channels.announce)
    message = announcement(incident, crew.names)
    crew.desk.show(incident.id, "announcement", channel, message, again=job.again, since=job.since)


def show_mitigation(effect: ShowMitigation, job: Job) -> Done:
    incident, crew = job.incident(), job.crew
    channel = job.channel_of(incident)
    shown = incident.mitigations[effect.mitigation]
    track = _track(shown.plan.runbook, incident, job) if shown.progress is Progress.PROPOSED else None
    message = mitigation(incident, shown, crew.names, crew.clock.now(), track)
    crew.desk.show(incident.id, f"mitigation:{effect.mitigation}", channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


TRACKED = timedelta(days=90)
"""Of runs before that only the last one, and the last failure, are told: services change."""


def _track(runbook: str, incident: Incident, job: Job) -> Track:
    crew = job.crew
    ran, book = crew.tracks.of(runbook), crew.house.runbooks.get(runbook)
    recent = [run for run in ran if run.at > crew.clock.now() - TRACKED]
    cleared = [run.seconds / 60 for run in recent if run.cleared]
    return Track(
        runs=len(recent),
        cleared=len(cleared),
        median_minutes=median(cleared) if cleared else None,
        last_run=max((run.at for run in ran), default=None),
        last_failed=max((run.at for run in ran if not run.cleared), default=None),
        last_rolled_back=max((run.at for run in ran if run.undone), default=None),
        review=freshness(book, crew.engine.policy_of(incident).runbooks.review_holds) if book is not None else None,
    )


def tell(effect: Tell, job: Job) -> Done:
    crew = job.crew
    record = crew.engine.history(effect.incident, effect.version - 1, 1)[0]
    incident = job.incident()  # read after the record, so that it knows what the record names
    if isinstance(record.event, CustomersTold) and effect.place == "customers":
        channel = crew.desk.channel_id(record.event.channel)  # where its readers have agreed to it, whatever is adopted
    else:
        channel = _place(effect.place, incident, job)
    then = crew.engine.incident_at(incident.id, record.version) if is_said_by_then(record.event, incident) else incident
    message = told(record, incident, crew.names, effect.place, then=then)
    name = f"{effect.place}:{effect.version}"
    crew.desk.say(incident.id, name, channel, message, again=job.again, since=job.since)
    return Done()


def post_timeline(effect: PostTimeline, job: Job) -> Done:
    """Post to the managers what happened since the last change of stage; at the end, everything."""
    incident, crew = job.incident(), job.crew
    channel = _place("managers", incident, job)
    records = [record for record in crew.engine.history(incident.id) if record.version <= effect.version]
    moves = [0, *(r.version for r in records[:-1] if isinstance(r.event, StageChanged))]
    after = 0 if effect.whole else moves[-1]
    what = "the whole timeline" if effect.whole else "what happened since the last stage"
    title = f"{incident.id} · {incident.severity.label} · {incident.title}: {what}"
    for number, message in enumerate(timeline(records, crew.names, title, after=after)):
        name = f"timeline:{effect.version}:{number}"
        crew.desk.say(incident.id, name, channel, message, again=job.again, since=job.since)
    return Done()


def give_brief(effect: GiveBrief, job: Job) -> Done:
    """Give a hat's brief to its wearer, in private."""
    incident = job.incident()
    job.channel_of(incident)
    return _in_private(
        effect.person,
        f"brief:{effect.hat}:{effect.person}:{job.waiting.id}",
        brief(effect.hat, incident, job.crew.engine.policy_of(incident)),
        job,
    )


def warn(effect: Warn, job: Job) -> Done:
    """Say in private what the workflow would rather not see together; it is done all the same."""
    crew = job.crew
    record = crew.engine.history(effect.incident, effect.version - 1, 1)[0]
    incident = job.incident()
    assert isinstance(record.event, ConflictMet), "only these are warned of"
    job.channel_of(incident)
    message = warning(record.event, incident, crew.engine.policy_of(incident))
    return _in_private(effect.person, f"warning:{effect.version}", message, job)


def show_offer(effect: ShowOffer, job: Job) -> Done:
    """Ask the other side of a hand-over; once it is answered or gone, edit the question to one line."""
    incident, crew = job.incident(), job.crew
    job.channel_of(incident)
    name = f"offer:{effect.hat}:{effect.person}:{effect.at.timestamp():.3f}" if effect.at else f"offer:{job.waiting.id}"
    if effect.standing != "asked":
        if (post := crew.desk.find(incident.id, name)) is not None:
            message = offer_ended(incident, effect.hat, effect.standing, crew.names)
            crew.desk.show(incident.id, name, post.channel, message, again=job.again, since=job.since)
        return Done()
    if incident.offers.get(effect.hat) != effect.person:
        return Done()
    policy = crew.engine.policy_of(incident)
    message = offer(incident, effect.hat, incident.givers[effect.hat], crew.names, policy)
    return _in_private(effect.person, name, message, job)


def _in_private(person: str, name: str, message: Message, job: Job) -> Done:
    """Write to one person: a direct message stays where they can read it again, unlike an ephemeral one."""
    channel = job.crew.desk.call("conversations.open", users=person)["channel"]["id"]
    job.crew.desk.say(job.waiting.effect.incident, name, channel, message, again=job.again, since=job.since)
    return Done()


def _place(place: str, incident: Incident, job: Job) -> str:
    channels = job.crew.engine.policy_of(incident).channels
    match place:
        case "announce":
            if job.crew.desk.find(incident.id, "announcement") is None and not incident.troubles:
                job.channel_of(incident)  # an update may be older than the channel that the announcement points to
                _announce(incident, job)
            return job.crew.desk.channel_id(channels.announce)
        case "managers":
            return job.crew.desk.channel_id(channels.managers)
        case _:
            return job.channel_of(incident)
