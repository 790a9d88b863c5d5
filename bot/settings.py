"""The environment, read once, into one frozen Settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).parent.parent


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
    slack_mode: Literal["socket", "http", ""] = ""
    """Empty: socket if there is an app token, else http."""
    muster_host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=1, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    """RQ worker processes of one `worker` line of the Procfile."""
    workflow: str = "hybrid"
    manifests: Path = ROOT / "manifests"
    muster_user: str = ""
    """Who you are in the terminal: your Slack id."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: Mapping[str, str] = {}
    """Everything as read, for manifests that name a variable."""

    @property
    def mode(self) -> Literal["socket", "http"]:
        return self.slack_mode or ("socket" if self.slack_app_token else "http")


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
        lines = [f"{str(e['loc'][0]).upper()}={e.get('input')!r}: {e['msg']}" for e in error.errors()]
        raise BadSettings("The environment can't be used:\n" + "\n".join(lines)) from None
