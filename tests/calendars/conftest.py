"""What the tests of calendars share: the vendors on this machine, and calendars written line by line."""

from collections.abc import Iterator

import pytest

from tests.calendars.vendors import Vendors, serving


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with serving() as vendors:
        yield vendors
