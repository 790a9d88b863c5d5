"""Effects: does somebody try what waits, does anything end that is tried, and are wake-up calls answered?"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.audit.facts import Facts, Head
from bot.audit.finding import Finding, counted, several
from bot.domain.durations import lasted

UNTRIED = timedelta(seconds=60)
"""How long an effect may wait for its first try: with a worker at hand it is milliseconds."""

TRIES = 20
ENDLESS = timedelta(minutes=5)
"""What was tried so often and for so long does not pass by itself; pauses between two tries are 15 s at most."""

UNANSWERED = timedelta(seconds=60)
"""How long a wake-up call may wait for a worker."""


def check(facts: Facts) -> Iterator[Finding]:
    now = facts.now
    untried = [head for head in facts.heads if _is_left(head) and now - head.wanted > UNTRIED]
    if untried:
        yield _waits(untried, facts)
    endless = [head for head in facts.heads if head.tries >= TRIES and now - head.wanted > ENDLESS]
    if endless:
        yield _endless(endless, facts)
    yield from _unreadable(facts.heads)
    for queue in facts.queues:
        if queue.length and queue.oldest is not None and now - queue.oldest > UNANSWERED:
            yield Finding(
                key=f"queue:{queue.name}",
                what=f"{counted(queue.length, 'wake-up call')} in the queue “{queue.name}”, the oldest for "
                f"{lasted(now - queue.oldest)}: workers don't keep up.",
                cure="If it stays so, start more workers: WORKERS=4.",
            )
    for key, problem in facts.problems.items():
        yield Finding(key=f"problem:{key}", what=problem.why, cure=problem.cure)


def _is_left(head: Head) -> bool:
    return bool(head.type) and not head.tries and not head.is_held


def _waits(untried: list[Head], facts: Facts) -> Finding:
    oldest = min(untried, key=lambda head: head.wanted)
    return Finding(
        key="effects:untried",
        what=f"Nobody has tried {counted(len(untried), 'effect')} yet; the oldest, {oldest.type} in the lane "
        f"{oldest.lane}, waits for {lasted(facts.now - oldest.wanted)}.",
        cure="Start workers: python -m workers worker. If they are there, they are too few: WORKERS=4.",
        severe=True,
        mutes=True,
    )


def _unreadable(heads: Sequence[Head]) -> Iterator[Finding]:
    lanes = [head.lane for head in heads if not head.type]
    if lanes:
        yield Finding(
            key="effects:unreadable",
            what=f"{counted(len(lanes), 'lane')} can't go on, for what waits there can't be read: {several(lanes)}.",
            cure="Start the version of Muster that wrote it, or a newer one.",
            severe=True,
        )


def _endless(endless: list[Head], facts: Facts) -> Finding:
    oldest = min(endless, key=lambda head: head.wanted)
    return Finding(
        key="effects:endless",
        what=f"{counted(len(endless), 'effect')} tried again and again in vain; the oldest, {oldest.type} in the lane "
        f"{oldest.lane}, {oldest.tries} times in {lasted(facts.now - oldest.wanted)}.",
        cure="The workers' log says why after “later effect”. If Slack is down, they go out when it is back; "
        "`muster doctor` checks tokens, scopes and channels.",
        severe=True,
        mutes=True,
    )
