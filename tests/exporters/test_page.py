"""The exported page in a real browser: filtered, searched, replayed, in two time zones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from bot.exporters.html import render
from tests.exporters.incidents import Story, noted, rich
from tests.harness.people import ANA

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's Chromium"),
]


@pytest.fixture(scope="module")
def madrid() -> Iterator[Page]:
    """A reader in Madrid. Anything that the browser complains of, and any call to the network, fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(timezone_id="Europe/Madrid").new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith("file:") else complaints.append(asked.url))
        yield page
        browser.close()
    assert complaints == []


def opened(page: Page, story: Story, folder: Path) -> Page:
    file = folder / "timeline.html"
    file.write_bytes(render(story.export()))
    page.goto(file.as_uri())
    return page


def shown(page: Page) -> list[str]:
    return page.locator("#timeline li:not([hidden]) p").all_text_contents()


def test_times_are_the_readers_own_until_they_ask_for_utc(madrid: Page, tmp_path: Path) -> None:
    page = opened(madrid, rich(), tmp_path)
    assert page.locator("#e1 time").text_content() == "23:48:03"
    page.click("#zone")
    assert page.locator("#e1 time").text_content() == "21:48:03"
    assert page.locator("header .zone").text_content() == "UTC"


def test_a_reader_filters_by_person_and_tag_and_searches(madrid: Page, tmp_path: Path) -> None:
    page = opened(madrid, rich(), tmp_path)
    page.select_option("#by", ANA)
    page.select_option("#tag", "hat")
    assert shown(page) == [
        "Ana Ruiz took the incident commander hat",
        "Ana Ruiz offered the incident commander hat to Dee Park",
    ]
    page.fill("#search", "OFFERED")
    assert page.locator("#count").text_content() == "1 of 54 events"


def test_a_replay_goes_back_to_what_was_true_then(madrid: Page, tmp_path: Path) -> None:
    page = opened(madrid, rich(), tmp_path)
    page.locator("#until").fill("27")
    assert len(shown(page)) == 27
    assert page.locator("#state").text_content() == "6 min in: P1 · Mitigating · commander Ana Ruiz · m1 running"


def test_a_replay_plays_from_the_start_to_the_end(madrid: Page, tmp_path: Path) -> None:
    page = opened(madrid, noted("one", "two"), tmp_path)
    page.click("#play")
    assert page.locator("#play").text_content() == "❚❚ Pause"
    assert len(shown(page)) == 1
    page.get_by_text("▶ Replay").wait_for()
    assert len(shown(page)) == 3


def test_a_script_in_a_note_stays_a_note(madrid: Page, tmp_path: Path) -> None:
    page = opened(
        madrid, noted("</script><script>document.title = 'gone'</script><img src=x onerror=alert(1)>"), tmp_path
    )
    assert "INC-42" in page.title()
    assert "onerror" in shown(page)[-1]


def test_a_reader_without_javascript_reads_it_in_utc(tmp_path: Path, madrid: Page) -> None:
    assert madrid.context.browser is not None
    context = madrid.context.browser.new_context(java_script_enabled=False, timezone_id="Asia/Seoul")
    page = opened(context.new_page(), rich(), tmp_path)
    assert page.locator("#e1 time").text_content() == "21:48:03"
    assert page.locator("#controls").is_hidden()
    context.close()
