"""HTML: one safe file. `test_page.py` opens it in a browser."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from bot.exporters.export import Export, visible
from bot.exporters.html import CSP, render
from tests.exporters.hostile import HOSTILE, texts
from tests.exporters.incidents import declared, noted, rich


class Page(HTMLParser):
    """A page as a parser sees it: its tags with the names of their attributes, and the text of each paragraph."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.paragraphs: list[str] = []
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.paragraphs += [""] if tag == "p" else []

    def handle_data(self, data: str) -> None:
        if self.paragraphs:
            self.paragraphs[-1] += data


@given(texts)
def test_any_text_is_shown_and_none_of_it_is_markup(text: str) -> None:
    note = text.strip() or "calm"
    page, calm = Page(render(noted(note).export())), Page(render(noted("calm").export()))
    assert page.tags == calm.tags
    shown = re.sub(r"<@([^<>|\s]+)(\|[^<>]*)?>", lambda found: {"UANA": "Ana Ruiz"}.get(found[1], found[1]), note)
    assert page.paragraphs[-1].startswith(f"Ben Okafor noted: {visible(shown)}")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_and_names_are_only_text(text: str) -> None:
    story = declared(text[:200], service=text, summary=text, origin=text)
    calm = declared("calm", service="calm", summary="calm", origin="calm")
    assert (
        Page(render(Export(story.records, lambda _: text, story.now))).tags
        == Page(render(Export(calm.records, lambda _: "Eve", calm.now))).tags
    )


def test_the_page_asks_the_network_for_nothing() -> None:
    page = render(rich().export()).decode()
    assert f'content="{CSP}"' in page
    assert "default-src 'none'" in CSP
    assert "unsafe" not in CSP
    assert not re.search(r"(?:src|href)=\"(?!#)|url\(|@import|fetch\(", page)


def test_every_line_can_be_cited() -> None:
    page = render(rich().export()).decode()
    assert '<li id="e7"' in page
    assert '<a href="#e7">7</a>' in page


def test_a_replay_knows_what_was_true_at_each_instant() -> None:
    page = render(rich().export()).decode()
    states = re.findall(r'data-state="([^"]+)"', page)
    assert states[0] == "P1 · Detected · commander nobody"
    assert states[1] == "P1 · Detected · commander Ana Ruiz"
    assert states[-1] == "P2 · Post-mortem · commander Dee Park · m2 verified"
