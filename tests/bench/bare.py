"""The floor: a Bolt app that only acks, in the same server as Muster. `python -m tests.bench.bare PORT` serves it."""

import sys

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from bot.cli.web import serve
from bot.settings import read
from tests.bench.load import SECRET


def app() -> SlackRequestHandler:
    """Build the WSGI app that Granian serves."""
    bolt = App(
        signing_secret=SECRET,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-local"),
        process_before_response=True,
    )

    @bolt.command("/incident")
    def on_command(ack: Ack) -> None:
        ack()

    return SlackRequestHandler(bolt)


if __name__ == "__main__":
    serve("tests.bench.bare:app", read().model_copy(update={"port": int(sys.argv[1])}))
