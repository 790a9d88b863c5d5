"""One wired installation for all crash tests: each kills a part of it at a named point and starts it again."""

from collections.abc import Iterator

import httpx
import pytest

pytest.register_assert_rewrite("tests.harness.wired")

from tests.harness.wired import Truth, WiredWorld  # noqa: E402


@pytest.fixture(scope="session")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WiredWorld]:
    world = WiredWorld(tmp_path_factory.mktemp("wired"))
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def world(wired: WiredWorld) -> Iterator[WiredWorld]:
    """The installation, whole again after whatever the last test did to it, and with a checkout that leaks."""
    httpx.post(wired.url("slack") + "/control/faults", json={"faults": []})
    httpx.post(wired.url("checkout") + "/reset")
    httpx.post(wired.url("checkout") + "/break", json={"how": "leak"})
    yield wired
    for name in set(wired.running) - set(wired.PARTS):
        wired.kill(name)
    for name in set(wired.PARTS) - set(wired.running):
        wired.start(name)


@pytest.fixture
def truth(wired: WiredWorld) -> Iterator[Truth]:
    truth = Truth(wired)
    yield truth
    truth.close()
