"""Runbook steps and signals: one step, one reading at a time, so that any worker can go on where another died."""

import time

from bot.domain.dry_run import Answer
from bot.domain.effects import DryRun, HoldTarget, ReadSignal, ReleaseTarget, RunStep
from bot.domain.gates.standing import ending
from bot.domain.incident.commands import (
    RecordDryRun,
    RecordSignal,
    RecordStepFinished,
    RecordStepStarted,
    RecordTargetBusy,
)
from bot.domain.incident.decide.runs import EXPECTS_STEPS
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.runbook import HttpStep, Step
from bot.ports import Ran
from bot.slack.errors import RetryLater
from bot.steps import Context, NotYet, Passing, Result, run
from bot.steps.http import read_signal as read
from bot.steps.http import try_out
from workers.crew import Done, Job

TRIES = 5
"""Tries of one step while the target is out of reach or answers 5xx; then the step has failed."""

LEASE = 300
"""Seconds that a silent holder keeps its target beyond a step's own time; each step and each reading renews it."""

BUSY = 2
"""Seconds until a worker asks again for a target that another mitigation holds."""


TRIAL = 20.0
"""Seconds that all of a dry run may take. People are asked after 30 at the latest, with it or without."""


def dry_run(effect: DryRun, job: Job) -> Done:
    """Ask what the plan would do, step by step until one fails; tried once, for whoever waits can try again."""
    incident, ends = job.incident(), time.monotonic() + TRIAL
    mitigation = incident.mitigations[effect.mitigation]
    if mitigation.progress is not Progress.PROPOSED or mitigation.trials != effect.trial:
        return Done()
    answers = list[Answer]()
    for step in mitigation.plan.dry_run:
        left = ends - time.monotonic()
        if left <= 0:
            answers.append(Answer(step=step.id, ok=False, text=f"the {TRIAL:g} s for the dry run were up before it"))
        else:
            key = f"{incident.id}-{mitigation.id}-dry-run{effect.trial}-{step.id}-{mitigation.plan_hash[:12]}"
            answers.append(try_out(step, mitigation.plan.url, key, left))
        if not answers[-1].ok:
            break
    facts = job.facts("tried")
    return Done((RecordDryRun(**facts, mitigation=mitigation.id, trial=effect.trial, answers=tuple(answers)),))


def run_step(effect: RunStep, job: Job) -> Done:
    """Carry out one step, unless the run was stopped; hold the target while doing so."""
    crew, incident = job.crew, job.incident()
    mitigation = incident.mitigations[effect.mitigation]
    begun = mitigation.run_of(effect.phase, effect.step)
    if mitigation.progress not in EXPECTS_STEPS[effect.phase] or (begun and begun.finished_at):
        return Done()
    holder = f"{incident.id}/{mitigation.id}"
    step = mitigation.steps_of(effect.phase)[effect.step]
    fence = crew.targets.acquire(mitigation.plan.target, holder, _lease(step))
    if isinstance(fence, str):
        busy = job.facts("busy") | {"cause": f"busy:{job.waiting.id}:{fence}"}
        crew.engine.submit(RecordTargetBusy(**busy, mitigation=mitigation.id, holder=fence))
        raise RetryLater(BUSY, f"{fence} holds {mitigation.plan.target}", is_try=False)
    where = {"mitigation": mitigation.id, "phase": effect.phase, "step": effect.step}
    started = crew.engine.submit(RecordStepStarted(**job.facts("started"), **where)).incident
    begun = started.mitigations[mitigation.id].run_of(effect.phase, effect.step)
    if begun is None:
        return Done()  # stopped a moment ago
    context = Context(
        url=mitigation.plan.url,
        key=_key(mitigation, effect),
        fence=fence,
        started_at=begun.started_at,
        now=crew.clock.now(),
    )
    try:
        result = run(step, context)
    except NotYet as waits:
        raise RetryLater(waits.seconds, str(waits)) from None
    except Passing as trouble:
        if job.waiting.tries < TRIES:
            raise RetryLater(None, str(trouble)) from trouble
        result = Result(ok=False, detail=f"{trouble}; tried {job.waiting.tries} times")
    return Done((RecordStepFinished(**job.facts("finished"), **where, ok=result.ok, detail=result.detail),))


def _lease(step: Step) -> float:
    """Seconds for which nobody else may take the target while this step runs or waits."""
    return LEASE + (step.timeout if isinstance(step, HttpStep) else step.seconds)


def _key(mitigation: Mitigation, effect: RunStep) -> str:
    """Name this step of this run for the target: trying it again has the same key, rolling back anew has another."""
    phase = effect.phase if effect.phase == "plan" else f"{effect.phase}{mitigation.rollbacks}"
    return f"{effect.incident}-{mitigation.id}-{phase}-{effect.step}-{mitigation.plan_hash[:12]}"


def read_signal(effect: ReadSignal, job: Job) -> Done:
    crew, incident = job.crew, job.incident()
    mitigation = incident.mitigations[effect.mitigation]
    if mitigation.progress is not Progress.VERIFYING:
        return Done()
    lease = max(LEASE, 3 * mitigation.plan.verify.every)
    crew.targets.acquire(mitigation.plan.target, f"{incident.id}/{mitigation.id}", lease)
    healthy, reading = read(mitigation.plan.signal, mitigation.plan.url)
    facts = job.facts("signal")
    return Done((RecordSignal(**facts, mitigation=mitigation.id, healthy=healthy, reading=reading),))


def hold_target(effect: HoldTarget, job: Job) -> Done:
    """Keep the target until the gate must have been decided, or goes on to the next who are asked.

    Where another incident has it by now, the rollback will wait for it as every run does.
    """
    crew, incident = job.crew, job.incident()
    mitigation, end = incident.mitigations[effect.mitigation], ending(incident.gates[effect.gate])
    if incident.waits_to_undo(mitigation.id) and end is not None:
        lease = max(0.0, (end.at - crew.clock.now()).total_seconds()) + LEASE
        crew.targets.acquire(mitigation.plan.target, f"{incident.id}/{mitigation.id}", lease)
    return Done()


def release_target(effect: ReleaseTarget, job: Job) -> Done:
    """Let go of the target; how the run ended is remembered for whoever is asked to approve the runbook next."""
    run = f"{effect.incident}/{effect.mitigation}"
    job.crew.targets.release(effect.target, run)
    mitigation = job.incident().mitigations[effect.mitigation]
    if mitigation.steps and mitigation.ended_at is not None:
        began = mitigation.steps[0].started_at
        ran = Ran(
            at=began,
            seconds=(mitigation.ended_at - began).total_seconds(),
            cleared=mitigation.progress is Progress.VERIFIED,
            undone=mitigation.progress is Progress.ROLLED_BACK,
        )
        job.crew.tracks.remember(mitigation.plan.runbook, run, ran)
    return Done()
