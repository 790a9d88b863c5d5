"""Pairs: as many as can be get somebody of their own (H. W. Kuhn, The Hungarian method, 1955, without costs)."""

from collections.abc import Mapping, Sequence


def one_each(choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give each the first of their choices that is free, moving those before where that helps; some may get none."""
    holders = dict[str, str]()
    for one in choices:
        _give(one, choices, holders, set())
    return {holder: held for held, holder in holders.items()}


def _give(one: str, choices: Mapping[str, Sequence[str]], holders: dict[str, str], tried: set[str]) -> bool:
    for wanted in sorted(choices[one], key=lambda wanted: wanted in holders):
        if wanted not in tried:
            tried.add(wanted)
            if wanted not in holders or _give(holders[wanted], choices, holders, tried):
                holders[wanted] = one
                return True
    return False
