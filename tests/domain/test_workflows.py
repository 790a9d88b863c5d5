"""Which workflow a new incident goes by, and what a changed one says of itself."""

from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy, SeverityPolicy
from bot.domain.workflow.workflows import Workflows
from tests.harness.plans import edited, policy

HYBRID, LINEAR, STREAMING = (policy(name=name) for name in ("hybrid", "linear", "streaming"))


def naming(base: Policy, severity: Severity, workflow: str) -> Policy:
    """Have a workflow name another one for a severity."""
    there = base.of(severity)
    named = SeverityPolicy.model_validate({**there.model_dump(), "workflow": workflow})
    return edited(base, severities={**base.severities, severity: named})


def chosen(service: str | None, severity: Severity, *, hybrid: Policy = HYBRID, **by_service: str) -> str:
    by_name = {each.name: each for each in (hybrid, LINEAR, STREAMING)}
    return Workflows(chosen="hybrid", by_name=by_name, by_service=by_service).for_new(service, severity).name


def test_the_workflow_in_force_is_chosen_where_nothing_names_another() -> None:
    assert chosen(None, Severity.P1) == "hybrid"
    assert chosen("checkout", Severity.P1, search="linear") == "hybrid"
    assert chosen("a service that nobody declared", Severity.P1) == "hybrid"


def test_a_services_own_wins_over_the_severitys_and_that_over_the_one_in_force() -> None:
    by_severity = naming(HYBRID, Severity.P4, "streaming")
    assert chosen(None, Severity.P4, hybrid=by_severity) == "streaming"
    assert chosen("search", Severity.P4, hybrid=by_severity, search="linear") == "linear"
    assert chosen("search", Severity.P3, hybrid=by_severity) == "hybrid"


def test_only_the_workflow_in_force_is_asked_for_a_severitys_own() -> None:
    elsewhere = {"linear": naming(LINEAR, Severity.P4, "streaming"), "hybrid": HYBRID, "streaming": STREAMING}
    workflows = Workflows(chosen="hybrid", by_name=elsewhere, by_service={"search": "linear"})
    assert workflows.for_new("search", Severity.P4).name == "linear"


def test_those_in_use_are_those_that_a_new_incident_can_get() -> None:
    by_name = {"hybrid": naming(HYBRID, Severity.P4, "streaming"), "linear": LINEAR, "streaming": STREAMING}
    assert [one.name for one in Workflows(chosen="linear", by_name=by_name).in_use()] == ["linear"]
    in_use = Workflows(chosen="hybrid", by_name=by_name, by_service={"search": "linear"}).in_use()
    assert [one.name for one in in_use] == ["hybrid", "linear", "streaming"]
