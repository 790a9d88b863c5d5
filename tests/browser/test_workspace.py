"""The local workspace as people use it: the main job through the page alone, in two windows that live side by side."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from slack_sdk import WebClient

from tests.browser.conftest import Open
from tests.browser.window import Window
from tests.harness.world import World

pytestmark = pytest.mark.browser

CLOCK = re.compile(r"\d\d:\d\d")


def test_the_main_job_in_two_windows(open_as: Open, installation: World, browser: Browser, tmp_path: Path) -> None:
    ana, ben = open_as("UANA"), open_as("UANA", "general")
    ben.becomes("Ben Okafor")
    checkout = breaks(installation, browser, ana.complaints)
    channel = declares(ana)
    joins_and_takes_command(ben, channel, seen_by=ana)
    takes_what_is_left_and_is_refused_the_rest(ana)
    proposes_and_may_not_approve(ana)
    reads_the_plan(ben, channel)
    approves_at_home(ben)
    ben.goes_to(channel)
    see_it_work(ana, ben, checkout)
    write_down_what_they_see(ana, ben)
    reads_the_export(ana, browser, tmp_path)
    resolves(ana, seen_by=ben)


def breaks(installation: World, browser: Browser, complaints: list[str]) -> Page:
    """Break checkout on its own page, in a window beside the others; a restart won't be enough."""
    page = browser.new_context().new_page()
    Window(page, complaints)
    page.goto(installation.url("checkout"))
    expect(page.get_by_text("Checkout works")).to_be_visible()
    page.get_by_label("stubbornly").check()
    page.get_by_role("button", name="Break checkout").click()
    expect(page.get_by_text("Checkout fails")).to_be_visible()
    return page


def declares(ana: Window) -> str:
    ana.types("/incident")
    ana.field("What is wrong?").fill("Checkout is down")
    ana.field("How bad is it?").select_option("p1")
    ana.field("Which service?").select_option("checkout")
    ana.field("Who is hit, and how?").fill("Nobody can pay by card.")
    ana.submits("Declare")
    announced = ana.sees("P1 · Triage", "Checkout is down", "No commander yet")
    announced.get_by_role("link", name="checkout-is-down").click()
    expect(ana.card).to_contain_text(re.compile("INC-.* · P1 · Triage.*Nobody can pay by card."))
    channel = ana.page.locator("#header h1").inner_text()
    assert re.fullmatch(r"inc-\d+-checkout-is-down", channel)
    expect(ana.sidebar).to_contain_text(channel)
    return channel


def joins_and_takes_command(ben: Window, channel: str, seen_by: Window) -> None:
    ben.goes_to(channel)
    ben.page.get_by_role("button", name=f"Join #{channel}").click()
    ben.clicks("Take this hat", ben.card.locator(".block", has_text="Incident commander: nobody yet"))
    expect(seen_by.card).to_contain_text("incident commander: Ben")
    expect(seen_by.page.locator("#header .topic")).to_contain_text("commander: Ben")
    hours = [hour_of(window.card, "To be mitigated by") for window in (seen_by, ben)]
    assert hours[0] == (hours[1] + 1) % 24, "Madrid is an hour ahead of London"
    ben.goes_to("Muster")
    ben.page.get_by_role("tab", name="Messages").click()
    ben.sees("You wear the incident commander hat", "Never Fix it yourself.")


def takes_what_is_left_and_is_refused_the_rest(ana: Window) -> None:
    ana.types("/incident hat first-responder")
    expect(ana.card).to_contain_text("first responder: Ana")
    ana.types("/incident hat commander")
    ana.is_told("@Ben Okafor wears the incident commander hat")


def proposes_and_may_not_approve(ana: Window) -> None:
    ana.clicks("Propose mitigation", ana.card)
    ana.field("Runbook").select_option("restart-checkout")
    ana.submits("Propose")
    question = ana.sees("Approve? Restart checkout", "Risk", "Expected effect", "Rollback", "Asked: @Ben Okafor")
    ana.is_told_on_clicking("Approve", question, "You proposed or changed it, so somebody else must decide")


def reads_the_plan(ben: Window, channel: str) -> None:
    ben.goes_to(channel)
    ben.clicks("Open plan", ben.sees("Approve? Restart checkout"))
    expect(ben.form).to_contain_text("POST")
    ben.page.keyboard.press("Escape")


def approves_at_home(ben: Window) -> None:
    ben.goes_to("Muster")
    home = ben.page.locator("#home")
    expect(home).to_contain_text(re.compile(r"Waiting for your vote\s*Restart checkout on checkout"))
    expect(home).to_contain_text(re.compile(r"Your hats\s*incident commander · INC-\d+ · Checkout is down"))
    expect(home).to_contain_text(re.compile(r"Open incidents\s*INC-\d+ · P1 · Triage · Checkout is down"))
    ben.clicks("Approve", home)
    expect(home).to_contain_text("Nothing waits for you.")


def see_it_work(ana: Window, ben: Window, checkout: Page) -> None:
    """Follow the run in both windows: it is not done when its steps are, but when the signal says so."""
    for window in (ana, ben):
        running = window.sees("✓ 1. Take checkout out of traffic · done", "✓ 3. Give checkout its traffic back · done")
        expect(running).to_contain_text("it reads “status is failing”, not healthy so far.")
        expect(running.get_by_role("button", name="Stop")).to_be_visible()
    expect(checkout.get_by_role("row")).to_have_count(5)  # a head, the dry run, and three calls
    expect(checkout.get_by_role("row", name="a dry run, nothing done")).to_have_count(1)
    checkout.get_by_role("button", name="Repair by hand").click()
    for window in (ana, ben):
        window.sees("✓ Restart checkout", "verified: the signal stayed healthy", "approved by Ben")


def write_down_what_they_see(ana: Window, ben: Window) -> None:
    ana.types("/incident note the leak began with build 918")
    ana.is_told("Noted in the timeline.")
    ben.types("p99 is at 9 s & rising")
    said = ana.sees("p99 is at 9 s & rising")
    said.focus()
    ana.clicks("React with pushpin", said)
    ben.sees("Ana pinned what Ben wrote")
    ben.types("/incident update")
    ben.field("Update").fill("Card payments work again.\nWe keep watching.")
    ben.submits("Send")
    ana.sees("Update · P1 · Mitigating", "Card payments work again.")


def reads_the_export(ana: Window, browser: Browser, folder: Path) -> None:
    """Ask for the file, download it, and open it somewhere on the other side of the world."""
    ana.types("/incident export html")
    with ana.page.expect_download() as download:
        ana.sees("The timeline of", "Download").locator("a.file").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    context = browser.new_context(timezone_id="Asia/Seoul")
    reader = Window(context.new_page())
    reader.page.goto(file.as_uri())
    first = reader.page.locator("#timeline time").first
    at = datetime.fromisoformat(str(first.get_attribute("datetime")))
    expect(first).to_have_text(f"{at.astimezone(ZoneInfo('Asia/Seoul')):%H:%M:%S}")
    expect(reader.page.locator("#timeline")).to_contain_text("the leak began with build 918")
    context.close()
    assert reader.complaints == []


def resolves(ana: Window, seen_by: Window) -> None:
    ana.clicks("Resolve", ana.sees("Muster verified “Restart checkout”"))
    ana.field("How did it end?").fill("Works again after a restart.")
    ana.clicks("Resolve", ana.form)
    expect(ana.form).to_contain_text("Resolved asks for more: “Side effects are named, or there are none”")
    ana.page.keyboard.press("Escape")
    seen_by.types("/incident confirm side-effects none seen")
    seen_by.is_told("Confirmed")
    ana.clicks("Resolve", ana.sees("Muster verified “Restart checkout”"))
    ana.field("How did it end?").fill("Works again after a restart.")
    ana.submits("Resolve")
    over = seen_by.sees("Approve? Move to Resolved", "Works again after a restart.")
    seen_by.clicks("Approve", over)
    expect(ana.card).to_contain_text("P1 · Resolved")
    expect(ana.card).to_contain_text("Works again after a restart.")
    seen_by.goes_to("incident-managers")
    seen_by.sees("the whole timeline", "noted: the leak began with build 918", "resolved the incident")
    seen_by.goes_to("incidents")
    seen_by.sees("P1 · Resolved", "Works again after a restart.")
    seen_by.goes_to("Muster")
    home = seen_by.page.locator("#home")
    expect(home).to_contain_text(re.compile(r"Lately\s*INC-\d+ · Resolved · Checkout is down"))


def hour_of(card: Locator, label: str) -> int:
    found = CLOCK.search(card.locator(".field", has_text=label).inner_text())
    assert found
    return int(found[0][:2])


def test_a_form_says_beside_its_field_what_is_wrong(open_as: Open) -> None:
    ana = open_as("UANA", "general")
    ana.types("/incident")
    ana.clicks("Declare", ana.form)
    expect(beside(ana, "What is wrong?")).to_contain_text("Please complete this required field.")
    ana.field("What is wrong?").fill("Search is slow")
    ana.field("How bad is it?").select_option("p2")
    ana.submits("Declare")
    ana.goes_to("search-is-slow")
    expect(ana.card).to_contain_text("P2 · Detected")
    ana.clicks("Severity", ana.card)
    ana.field("Severity").select_option("p4")
    ana.clicks("Change", ana.form)
    expect(beside(ana, "Why?")).to_contain_text("evidence")
    expect(ana.field("Severity")).to_have_value("p4")
    ana.field("Why?").fill("only the staging index is slow")
    ana.submits("Change")
    expect(ana.card).to_contain_text("P4 · ")


def beside(window: Window, label: str) -> Locator:
    """What stands with one field of the form."""
    return window.form.locator(".block.input", has=window.page.get_by_text(label)).get_by_role("alert")


HOSTILE = "<script>alert(1)</script> <!everyone> @channel \u202egnp.exe 🔥 5 * 3 *is* 15"
SHOWN = "<script>alert(1)</script> <!everyone> @channel gnp.exe 🔥 5 * 3 is 15"


def test_hostile_words_stay_words(open_as: Open) -> None:
    ana, ben = open_as("UANA"), open_as("UBEN")
    ana.types("/incident declare")
    ana.field("What is wrong?").fill(HOSTILE)
    ana.submits("Declare")
    for window in (ana, ben):
        announced = window.sees("<script>alert(1)</script>")
        expect(announced).to_contain_text("<!everyone>")
        expect(announced.locator("script, .mention.everyone")).to_have_count(0)
    ana.sees("<script>").get_by_role("link", name="inc-").click()
    expect(ana.card).to_contain_text(SHOWN)
    expect(ana.card.locator("script, .mention")).to_have_count(0)


def test_a_message_becomes_an_incident(open_as: Open) -> None:
    ana = open_as("UANA", "general")
    ana.types("checkout answers 503 to everybody")
    said = ana.sees("checkout answers 503")
    said.focus()
    ana.clicks("More actions", said)
    ana.page.get_by_role("menuitem", name="Declare incident").click()
    expect(ana.field("What is wrong?")).to_have_value("checkout answers 503 to everybody")
    ana.submits("Declare")
    ana.goes_to("checkout-answers-503")
    ana.page.get_by_role("link", name="Where it began").click()
    expect(ana.page.locator("#header h1")).to_have_text("general")


def test_a_group_that_is_mentioned_stands_out_for_whoever_is_in_it(open_as: Open) -> None:
    ana, ben = open_as("UANA", "ops"), open_as("UBEN", "ops")
    ben.types("@payments-oncall the first of two")
    for window, mine in ((ana, 1), (ben, 0)):
        said = window.sees("@payments-oncall the first of two")
        expect(said.locator(".mention.me")).to_have_count(mine)
    expect(ben.sees("the first of two").locator(".mention")).to_have_attribute("title", "Ana Ruiz")
    bot = WebClient("xoxb-local", base_url=f"{ben.page.url.partition('/?')[0]}/api/")
    bot.usergroups_users_update(usergroup="S0ONCALLPAY", users="UBEN")
    expect(ben.sees("the first of two").locator(".mention.me")).to_have_count(0)
    ana.types("@payments-oncall the second of two")
    expect(ben.sees("the second of two").locator(".mention.me")).to_have_text("@payments-oncall")
    expect(ana.sees("the second of two").locator(".mention.me")).to_have_count(0)


def test_an_old_answer_does_not_hide_a_home_that_was_published_meanwhile(open_as: Open) -> None:
    dee, held = open_as("UDEE"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    dee.page.route("**/client/home*", hold)
    dee.goes_to("Muster")
    home = dee.page.locator("#home")
    expect(home).to_contain_text("Waiting for your vote")
    assert held, "the page asked"
    for route in held:
        with dee.page.expect_response("**/client/home*"):
            route.fulfill(json={"view": None})
    dee.page.wait_for_timeout(200)
    expect(home).to_contain_text("Waiting for your vote")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_all_without_scrolling_sideways(open_as: Open, scheme: str) -> None:
    ana = open_as("UANA", viewport={"width": 1000, "height": 800})
    ana.types(f"/incident declare p1 checkout is down in {scheme}")
    ana.goes_to(f"checkout-is-down-in-{scheme}")
    ana.types("/incident propose restart-checkout")
    ana.sees("Approve? Restart checkout")
    ana.page.set_viewport_size({"width": 375, "height": 700})
    ana.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expect(ana.sidebar).to_be_hidden()
    assert overflowing(ana.page) == []
    ana.page.get_by_role("button", name="Open the list of channels").click()
    ana.goes_to("Muster")
    expect(ana.sidebar).to_be_hidden()
    expect(ana.page.locator("#home")).to_contain_text("Waiting for your vote")
    assert overflowing(ana.page) == []


def overflowing(page: Page) -> list[str]:
    """Name what sticks out to the right of the window."""
    wide: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && node.getBoundingClientRect().width)
        .map((node) => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 60)}`)"""
    )
    return wide
