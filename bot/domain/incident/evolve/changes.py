"""What several families of events change in an incident."""

from datetime import datetime
from typing import Any

from bot.domain.incident.state import Incident


def with_person(incident: Incident, person: str) -> dict[str, Any]:
    return {} if person in incident.people else {"people": (*incident.people, person)}


def without_timer(incident: Incident, name: str) -> dict[str, datetime]:
    return {key: due for key, due in incident.timers.items() if key != name}
