"""What stories begin with: an installation, and a checkout that is broken in a known way."""

from collections.abc import Callable

import httpx
import pytest

from tests.harness.world import World

Break = Callable[[str], None]


@pytest.fixture
def break_checkout(world: World) -> Break:
    """Break checkout, which is whole again before; `leak` is cured by a restart, `stubborn` by another version only."""

    def break_(how: str) -> None:
        httpx.post(world.url("checkout") + "/reset").raise_for_status()
        httpx.post(world.url("checkout") + "/break", json={"how": how}).raise_for_status()

    return break_
