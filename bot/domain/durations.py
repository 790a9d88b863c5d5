"""How people say a span of time."""

from datetime import timedelta


def lasted(time: timedelta) -> str:
    """Say how long in two units at most: `45 s`, `4 min`, `1 h 5 min`, `2 d 3 h`."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 1:
        return "less than 1 s"
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
