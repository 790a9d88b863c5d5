"""The message in the announcement channel: one per incident, edited in place."""

from bot.domain.hats import Hat
from bot.domain.incident.state import Incident
from bot.slack.kit import Message, Names, bold, day, each, line, message, section


def announcement(incident: Incident, names: Names) -> Message:
    """Say what it is, how far it has come, who commands and where. A private incident keeps its title to itself."""
    what = f"{incident.id} · {incident.severity.label} · {incident.stage.label}"
    if incident.private:
        return message(f"{what}: a private incident", section(f"*{what}*\nA private incident."))
    title = line(incident.title)
    commander = each(incident.wearers(Hat.COMMANDER), names)
    where = f"<#{incident.channel}>" if incident.channel else ""
    if incident.is_open:
        command = f"Commander: {commander}" if commander else "No commander yet"
        fixed = f"Mitigated {day(incident.mitigated_at)}" if incident.mitigated_at else ""
        more = " · ".join(filter(None, (fixed, command, where)))
    else:
        more = "\n".join(filter(None, (line(incident.resolution, 600), where)))
    return message(f"{what}: {title}. {more}", section(f"*{what}*\n{bold(title)}\n{more}"))
