"""What holds of the calls in any incident's history, whoever answered when and whatever died meanwhile."""

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.incident import events as e


def tried_after_an_answer(events: Iterable[e.AnyEvent]) -> Iterator[e.PageTried]:
    """Find pages that went out although somebody had answered that call or a later one, or all was over."""
    answered, last, is_over = dict[str, int](), dict[str, int](), False
    for event in events:
        match event:
            case e.EscalationCalled() | e.EscalationExhausted():
                last[event.escalation] = event.call
            case e.Acknowledged() | e.TakenOver():
                answered[event.escalation] = last.get(event.escalation, 0)
            case e.Resolved():
                is_over = True
            case e.PageTried():
                escalation, call, _ = event.page.split(".")
                if is_over or int(call) <= answered.get(escalation, -1):
                    yield event
            case _:
                pass


def ended_twice_or_untried(events: Iterable[e.AnyEvent]) -> Iterator[tuple[str, int]]:
    """Find ways of pages that were sent or failed more than once, or that nobody had tried."""
    tried, ended = set[tuple[str, int]](), Counter[tuple[str, int]]()
    for event in events:
        match event:
            case e.PageTried():
                tried.add((event.page, event.way))
            case e.PageSent() | e.PageFailed():
                ended[event.page, event.way] += 1
            case _:
                pass
    yield from (way for way, times in ended.items() if times > 1 or way not in tried)


def out_of_turn(events: Iterable[e.AnyEvent]) -> Iterator[e.EscalationCalled | e.EscalationExhausted]:
    """Find calls whose number or turn does not follow from the one before: repeated, left out, or going back."""
    last, turns = dict[str, int](), dict[str, tuple[int, int]]()
    for event in events:
        if not isinstance(event, e.EscalationCalled | e.EscalationExhausted):
            continue
        before = turns.get(event.escalation, (0, 0))
        turn = (event.round, event.tier) if isinstance(event, e.EscalationCalled) else before
        if event.call != last.get(event.escalation, 0) + 1 or turn < before:
            yield event
        last[event.escalation], turns[event.escalation] = event.call, turn
