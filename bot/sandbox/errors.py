"""How the workspace says no: to the app in Slack's error codes, to a person in a sentence."""

from typing import Any


class SlackError(Exception):
    """A Web API refusal: ``{"ok": false, "error": code, **more}``."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.more}


def invalid(code: str, *problems: str) -> SlackError:
    """A refusal that names what is wrong and where, the way Slack's ``response_metadata`` does."""
    return SlackError(code, response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})


class NotPossibleError(Exception):
    """What a person tried can't be done; the text is the sentence that they read."""
