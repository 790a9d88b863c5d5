"""A person's browser window on the local workspace: what they see of it, and what they do with mouse and keyboard."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Locator, Page, expect

from tests.harness.world import PATIENCE, until

expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Window:
    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the browser itself found wrong: errors on its console, scripts that broke, questions that popped up."""

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{said.text} ({said.location.get('url')})")

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    # Places

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_role("navigation", name="Workspace")

    def goes_to(self, place: str) -> None:
        """Click on a channel, a person or the app in the sidebar; again where it grew just as one aimed at it."""
        until(f"to be in {place}", lambda: self._is_brought_to(place))

    def _is_brought_to(self, place: str) -> bool:
        self.sidebar.locator("a.row", has_text=place).first.click()
        with suppress(AssertionError):
            expect(self.page.locator("#header h1")).to_contain_text(place, timeout=5000)
            return True
        return False

    def becomes(self, name: str) -> None:
        """Switch to another person."""
        self.page.locator("#switcher").click()
        self.page.get_by_role("dialog", name="Switch person").get_by_text(name).click()
        expect(self.page.locator("#switcher")).to_contain_text(name)

    # Messages

    def message(self, *words: str) -> Locator:
        """The last message that says all of these words."""
        found = self.page.locator("#middle .message")
        for some in words:
            found = found.filter(has_text=some)
        return found.last

    def sees(self, *words: str) -> Locator:
        message = self.message(*words)
        expect(message).to_be_visible()
        return message

    @property
    def card(self) -> Locator:
        """The pinned message of the channel in sight."""
        card = self.page.locator("#middle .message.pinned")
        expect(card).to_have_count(1)
        return card

    def is_told(self, *words: str) -> Locator:
        """See an answer that nobody else can see."""
        return self.sees("Only visible to you", *words)

    def is_told_on_clicking(self, button: str, on: Locator, *words: str) -> None:
        """Click, and see the answer; again where the message was edited just as one pressed, and swallowed it."""
        until(f"to be told {' '.join(words)}", lambda: self._is_answered(button, on, *words))

    def _is_answered(self, button: str, on: Locator, *words: str) -> bool:
        self.clicks(button, on)
        with suppress(AssertionError):
            expect(self.message("Only visible to you", *words)).to_be_visible(timeout=5000)
            return True
        return False

    def types(self, line: str) -> None:
        box = self.page.locator("main").get_by_role("textbox", name=re.compile("^Message "))
        box.fill(line)
        box.press("Enter")

    def clicks(self, button: str, on: Locator) -> None:
        on.get_by_role("button", name=button, exact=True).click()

    # Forms

    @property
    def form(self) -> Locator:
        form = self.page.locator("#modal[open]")
        expect(form).to_be_visible()
        return form

    def field(self, label: str) -> Locator:
        return self.form.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))

    def submits(self, button: str) -> None:
        """Send the form, which is taken."""
        self.clicks(button, self.form)
        expect(self.page.locator("#modal[open]")).to_have_count(0)
