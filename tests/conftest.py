"""What all tests share: the real Redis, and how hard hypothesis looks."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.harness.redis_server",
    "tests.harness.world",
    "tests.harness.receivers",
    "tests.harness.trust",
    "tests.harness.mailbox",
    "tests.harness.wired",
    "tests.harness.night",
    "tests.harness.office",
]

settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=180,
    deadline=None,
    stateful_step_count=80,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.load_profile("ci")
