"""A real browser before a real installation. Without a Chromium the tests are skipped, on CI they fail."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.settings import read
from tests.browser.window import Window
from tests.harness.world import World

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ZONES = {"UANA": "Europe/Madrid", "UBEN": "Europe/London"}

Open = Callable[..., Window]
"""`open_as("UANA", "general")` opens a window of Ana's there; more words are options of playwright's."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        missing = f"no browser here: none of {', '.join(CHROMIUM)} is on the PATH"
        if read().environment.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def installation(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An installation for the browser alone, so that nobody else's incidents stand in a Home."""
    world = World(tmp_path_factory.mktemp("browser") / "world")
    for book in (world.manifests / "runbooks").glob("*.yaml"):  # the signal may stay bad until somebody has looked
        book.write_text(book.read_text().replace("within: 60s", "within: 5m"))
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def open_as(browser: Browser, installation: World) -> Iterator[Open]:
    """Open windows, each a browser of its own; at the end, none of them may have complained."""
    windows: list[Window] = []

    def open_(person: str, place: str = "incidents", **options: Any) -> Window:
        context = browser.new_context(
            **{"timezone_id": ZONES.get(person, "UTC"), "reduced_motion": "reduce", **options}
        )
        window = Window(context.new_page())
        windows.append(window)
        window.page.goto(f"{installation.url('slack')}/?user={person}")
        window.goes_to(place)
        return window

    yield open_
    for window in windows:
        window.page.context.close()
    assert [complaint for window in windows for complaint in window.complaints] == []
