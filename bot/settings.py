"""The environment, read once, into one frozen Settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError

HERE = Path(__file__).parent
MANIFESTS = HERE.parent / "manifests" if (HERE.parent / "manifests").is_dir() else HERE / "_manifests"
"""Beside the code in a clone; inside the package where a wheel was installed."""


class BadSettings(Exception):
    """The environment can't be used; the message says which variable, what is wrong, and what would be right."""


class Settings(BaseModel):
    """Field names are the variables' names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    redis_url: str = Field(default="redis://127.0.0.1:6379/0", pattern=r"^(rediss?|unix)://")
    slack_bot_token: str = ""
    slack_app_token: str = ""
    """With it the bot uses Socket Mode; without, signed HTTP."""
    slack_signing_secret: str = ""
    slack_api_url: str = "https://slack.com/api/"
    """Another Web API base, such as the local workspace's."""
    slack_link: str = Field(
        default="https://slack.com/app_redirect?channel={channel}", pattern=r"^[a-z]+://\S*\{channel\}\S*$"
    )
    """What leads to a channel from outside Slack, in an e-mail or a text message."""
    slack_mode: Literal["socket", "http", ""] = ""
    """Empty: socket if there is an app token, else http."""
    muster_host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=1, le=65535)
    calendar_secret: str = Field(default="", min_length=16)
    """What the secret addresses of calendars are made of; empty: no calendars. A new one makes all addresses new."""
    public_url: str = Field(default="", pattern=r"^(https?://[^\s/?#@]+(/[^\s?#@]*)?)?$")
    """Where people reach the HTTP door, for links to their calendars; empty: no links."""
    heartbeat_url: str = Field(default="", pattern=r"^https?://[^\s/]\S*$")
    """Called while all is well, so that somebody else notices when Muster is dead; empty: nobody is."""
    heartbeat_every: int = Field(default=60, ge=1, le=3600)
    """Seconds between two heartbeats. The self-audit goes its round as often, but each minute at least."""
    audit_contact: str = Field(default="", pattern=r"^[a-z0-9][a-z0-9-]{0,40}:.*$")
    """Who is told when Slack can't be: a notifier and an address there, `email:ops@example.org`."""
    workers: int = Field(default=2, ge=1, le=64)
    """RQ worker processes of one `worker` line of the Procfile."""
    workflow: str = "hybrid"
    """The file under manifests/workflows/ that is in force, without its ending."""
    manifests: Path = MANIFESTS
    muster_user: str = ""
    """Who you are in the terminal: your Slack id."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: Mapping[str, str] = {}
    """Everything as read, for manifests that name a variable."""

    @property
    def mode(self) -> Literal["socket", "http"]:
        return self.slack_mode or ("socket" if self.slack_app_token else "http")

    @property
    def processes(self) -> tuple[str, ...]:
        """Kinds of processes that say that they live. Who serves signed HTTP is asked at /readyz instead."""
        return ("worker", "clock", "web") if self.mode == "socket" else ("worker", "clock")

    @property
    def redis_place(self) -> str:
        """Where the record is, to be shown: a password in the url stays out of sight."""
        url = urlsplit(self.redis_url)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


def read(environment: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read `.env` and the process's environment, which wins.

    Raises BadSettings.
    """
    values: dict[str, str] = {}
    if environment is None:
        path = env_file or Path.cwd() / ".env"
        values = {name: value for name, value in dotenv_values(path).items() if value is not None}
        environment = os.environ  # noqa: TID251 - the one place
    values |= dict(environment)
    known = {name: values[name.upper()] for name in Settings.model_fields if values.get(name.upper())}
    try:
        return Settings.model_validate({**known, "environment": values})
    except ValidationError as error:
        names = [str(detail["loc"][0]) for detail in error.errors()]
        lines = [f"{name.upper()} can't be used: {RIGHT[name]}." for name in names]
        raise BadSettings("\n".join(lines)) from None


RIGHT = {
    "redis_url": "it must begin with redis://, rediss:// or unix://",
    "slack_link": "it must be an address with {channel} where a channel's id goes",
    "slack_mode": "it must be socket, http, or empty (socket if there is an app token, else http)",
    "port": "it must be a number from 1 to 65535",
    "calendar_secret": "it must have 16 characters or more: openssl rand -hex 32 makes one",
    "public_url": "it must begin with https:// or http://, and name a host: https://muster.example.com",
    "heartbeat_url": "it must begin with https:// or http://, and have no blanks",
    "heartbeat_every": "it must be a number of seconds from 1 to 3600",
    "audit_contact": "it must be a notifier of manifests/oncall/ and an address there: email:ops@example.org",
    "workers": "it must be a number from 1 to 64",
    "log_level": "it must be debug, info, warning or error",
}
"""What would be right, for each variable that not every text fits. What was given is not repeated: it may be secret."""
