"""What the shipped workflows promise, written out by hand from what they are for: no code makes these tables."""

from typing import NamedTuple


class Asks(NamedTuple):
    """A criterion, as a stage of a preset asks for it."""

    stage: str
    when: str
    """Before the stage begins (entry) or ends (exit)."""
    id: str
    check: str
    """What the record shows; empty: only somebody's word counts."""
    confirmed_by: str
    """Whose word counts beside the commander's; empty: nobody's."""
    evidence: str
    severities: str
    """Empty: all."""


class Level(NamedTuple):
    """What a severity means in a preset."""

    severity: str
    mitigated_within: str
    approval: str
    auto_remediation: str
    updates: str
    told: str
    """Channels and contacts; `!` where it wakes people; empty: nobody is called."""
    meeting: str


class Before(NamedTuple):
    """Who is asked before what, by severity; empty: nobody."""

    what: str
    p1: str
    p2: str
    p3: str
    p4: str


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


CRITERIA = {
    name: [Asks(*row) for row in _cells(table)]
    for name, table in {
        "hybrid": """
    triage        | exit  | severity        | severity-justified         |                          | optional |
    triage        | exit  | owner           | commander-named            |                          | optional |
    triage        | exit  | on-call         | on-call-assigned           | commander                | required | p1 p2
    triage        | exit  | real            |                            | first-responder          | required | p1 p2
    triage        | exit  | blast-radius    |                            | first-responder          | required | p1 p2
    triage        | exit  | told            | stakeholders-told          |                          | optional | p1 p2
    investigating | exit  | first-anomaly   |                            | log-analyst investigator | required | p1 p2
    investigating | exit  | sources         | two-sources                |                          | optional | p1 p2
    investigating | exit  | cause           | cause-stated               |                          | optional |
    investigating | exit  | contributing    |                            | investigator             | optional | p1 p2
    investigating | exit  | alternatives    | two-alternatives-ruled-out |                          | optional | p1 p2
    mitigating    | entry | rollback        | rollback-declared          | mitigator                | required |
    mitigating    | exit  | change          | change-recorded            | mitigator                | required | p1 p2
    mitigating    | exit  | verified        | verified-by-signal         | verifier                 | required | p1 p2
    mitigating    | exit  | settled         | verified-by-signal         | verifier mitigator       | required | p3 p4
    mitigating    | exit  | side-effects    |                            | verifier mitigator       | required | p1 p2
    resolved      | exit  | fix             |                            | engineer                 | required | p1 p2
    resolved      | exit  | regression-test |                            | engineer                 | required | p1 p2
    resolved      | exit  | fix-reviewed    |                            | reviewer                 | required | p1 p2
    resolved      | exit  | fix-deployed    |                            | engineer reviewer        | required | p1 p2
    post-mortem   | exit  | authors         | hats-worn                  |                          | optional | p1 p2
    post-mortem   | exit  | narrative       |                            | author                   | required | p1 p2
    post-mortem   | exit  | action-items    | action-items-owned         |                          | optional | p1 p2
    post-mortem   | exit  | reviewed        |                            | reviewer                 | required | p1 p2
        """,
        "linear": """
    detected      | exit  | owner           | commander-named            |                          | optional |
    triage        | entry | triage-begins   | hats-worn                  |                          | optional |
    triage        | exit  | severity        | severity-justified         |                          | optional |
    triage        | exit  | on-call         | on-call-assigned           | commander                | required |
    triage        | exit  | real            |                            | first-responder          | required |
    triage        | exit  | blast-radius    |                            | first-responder          | required |
    triage        | exit  | told            | stakeholders-told          |                          | optional |
    investigating | entry | investigators   | hats-worn                  |                          | optional |
    investigating | exit  | first-anomaly   |                            | log-analyst investigator | required |
    investigating | exit  | sources         | two-sources                |                          | optional |
    investigating | exit  | cause           | cause-stated               |                          | optional |
    investigating | exit  | contributing    |                            | investigator             | required |
    investigating | exit  | alternatives    | two-alternatives-ruled-out |                          | optional |
    change        | entry | changers        | hats-worn                  |                          | optional |
    change        | entry | window          |                            | commander                | required |
    change        | exit  | rollback        | rollback-declared          | mitigator                | required |
    mitigating    | exit  | change          | change-recorded            | mitigator                | required |
    mitigating    | exit  | verified        | verified-by-signal         | verifier                 | required |
    mitigating    | exit  | side-effects    |                            | verifier                 | required |
    eradicating   | entry | engineers       | hats-worn                  |                          | optional |
    eradicating   | exit  | fix             |                            | engineer                 | required |
    eradicating   | exit  | regression-test |                            | engineer                 | required |
    eradicating   | exit  | fix-reviewed    |                            | reviewer                 | required |
    eradicating   | exit  | fix-deployed    |                            | engineer reviewer        | required |
    resolved      | exit  | recovered       |                            | verifier                 | required |
    post-mortem   | exit  | authors         | hats-worn                  |                          | optional |
    post-mortem   | exit  | narrative       |                            | author                   | required |
    post-mortem   | exit  | action-items    | action-items-owned         |                          | optional |
    post-mortem   | exit  | reviewed        |                            | reviewer                 | required |
        """,
        "streaming": """
    triage        | exit  | severity        | severity-justified         |                           | optional | p1
    mitigating    | exit  | verified        | verified-by-signal         | first-responder mitigator | required |
    resolved      | exit  | fix             |                            | engineer first-responder  | required | p1 p2
    post-mortem   | exit  | narrative       |                            | author                    | required | p1 p2
    post-mortem   | exit  | action-items    | action-items-owned         |                           | optional | p1
        """,
    }.items()
}

HATS = {
    "hybrid": {
        "detected": "first-responder", "triage": "first-responder", "investigating": "investigator log-analyst",
        "mitigating": "mitigator verifier", "resolved": "engineer reviewer", "post-mortem": "author action-tracker",
        "closed": "",
    },
    "linear": {
        "detected": "first-responder", "triage": "first-responder", "investigating": "investigator log-analyst",
        "change": "mitigator verifier reviewer", "mitigating": "mitigator verifier", "eradicating": "engineer reviewer",
        "resolved": "verifier", "post-mortem": "author action-tracker", "closed": "",
    },
    "streaming": {
        "detected": "first-responder", "triage": "first-responder", "mitigating": "mitigator", "resolved": "engineer",
        "post-mortem": "author", "closed": "",
    },
}  # fmt: skip
"""The hats that each stage needs, beside the commander's."""

APART = {
    "hybrid": {"mitigator verifier": "enforced", "engineer reviewer": "enforced", "commander mitigator": "warned"},
    "linear": {
        "mitigator verifier": "enforced", "mitigator reviewer": "enforced", "engineer reviewer": "enforced",
        "commander mitigator": "enforced",
    },
    "streaming": {"engineer reviewer": "warned"},
}  # fmt: skip
"""What one person does not wear together."""

MATRIX = {
    name: [Level(*row) for row in _cells(table)]
    for name, table in {
        "hybrid": """
    p1 | 15 min | yes | no  | 30 min | #incidents-critical ! | 3d
    p2 | 1 h    | no  | yes | 1 h    | #ops slack email !    | 5wd
    p3 | 8 h    | no  | yes | 4 h    | slack                 |
    p4 | 3 d    | no  | yes |        |                       |
        """,
        "linear": """
    p1 | 4 h    | yes | no  | 30 min | #incidents-critical ! | 3d
    p2 | 1 d    | yes | no  | 2 h    | #ops slack email !    | 5wd
    p3 | 5 d    | yes | no  | 1 d    | slack                 | 10wd
    p4 | 14 d   | yes | no  |        |                       |
        """,
        "streaming": """
    p1 | 15 min | no  | no  | 30 min | #incidents-critical ! | 3d
    p2 | 1 h    | no  | yes | 1 h    | #ops slack email !    | 5wd
    p3 | 8 h    | no  | yes | 4 h    | slack                 |
    p4 | 3 d    | no  | yes |        |                       |
        """,
    }.items()
}

ASKED_BEFORE = {
    name: [Before(*row) for row in _cells(table)]
    for name, table in {
        "hybrid": """
    mitigation           | anybody      | anybody      | assignee     | assignee
    rollback of failed   |              |              |              |
    rollback of stopped  |              |              |              |
    rollback of verified | rollback     | rollback     | rollback     | rollback
    notification         | anybody      | anybody      |              |
        """,
        "linear": """
    mitigation           | change       | change       | change       | change
    rollback of failed   | rollback     | rollback     | rollback     | rollback
    rollback of stopped  | rollback     | rollback     | rollback     | rollback
    rollback of verified | rollback     | rollback     | rollback     | rollback
    notification         | customers    | customers    | customers    | customers
        """,
        "streaming": """
    mitigation           | whoever-fits | whoever-fits | whoever-fits | whoever-fits
    rollback of failed   |              |              |              |
    rollback of stopped  |              |              |              |
    rollback of verified |              |              |              |
    notification         | owner        | owner        |              |
        """,
    }.items()
}
"""Before a mitigation only where the severity says so, or it touches customers' data or compliance."""


def asked_for(preset: str, before: str, to: str, severity: str) -> set[str]:
    """Name what a move asks for: to leave one stage, and to enter the next."""
    return {
        row.id
        for row in CRITERIA[preset]
        if (row.stage, row.when) in {(before, "exit"), (to, "entry")}
        and (not row.severities or severity in row.severities)
    }
