"""The section on approvals: who was asked, which votes counted, and what was broken and answered for."""

import json

from bot.domain.gates import orders as o
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.incident import commands as c
from bot.exporters.approvals import approval_facts, approval_heading
from bot.exporters.html import HTML
from bot.exporters.json import JSON, sealed
from bot.exporters.markdown import MARKDOWN
from bot.exporters.verify import verify
from tests.exporters.incidents import Story, declared, plan, rich
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import POLICY, anybody


def broken() -> Story:
    """ANA breaks the glass of what BEN proposed; a day goes by."""
    glass = ApprovalPolicy.model_validate({**anybody(2).model_dump(), "glass": {"who": [{"anyone": True}]}})
    story = declared(policy=POLICY.model_copy(update={"approvals": {"anybody": glass}}))
    story.after(minutes=1).by(BEN, c.Propose, plan=plan())
    order = o.BreakGlass(by=ANA, at=story.now, because="customers can't pay", here=True)
    return story.after(minutes=1).by(ANA, c.AtGate, gate="m1", order=order)


def told(story: Story) -> dict[str, str]:
    export = story.export()
    return {fact.label: fact.text for fact in approval_facts(export, export.incident.gates["m1"])}


def test_broken_glass_stands_there_with_what_is_owed_until_it_is_signed() -> None:
    story = broken()
    assert told(story)["Glass broken"] == "by Ana Ruiz: customers can't pay"
    assert told(story)["Countersignature"] == "still owed by then"
    assert approval_heading(story.export(), story.export().incident.gates["m1"]).endswith("by breaking the glass")
    story.after(hours=25).by("muster", c.Tick)
    assert told(story)["Countersignature"] == "still owed by then; it is overdue"
    order = o.Countersign(by=CY, at=story.now, agrees=False, comment="there was time", here=True)
    story.by(CY, c.AtGate, gate="m1", order=order)
    assert told(story)["Countersignature"] == "refused by Cy Lindqvist: there was time"


def test_every_page_has_the_section_and_json_what_a_machine_needs() -> None:
    export = broken().export()
    assert b"## Approvals" in MARKDOWN.render(export)
    assert b"<h2>Approvals</h2>" in HTML.render(export)
    (shown,) = json.loads(JSON.render(export))["incident"]["approvals"]
    assert shown["glass"]["owed_until"] == "2026-07-02T21:50:03Z"
    assert (shown["how"], shown["glass"]["signed_by"]) == ("glass", None)
    assert verify(JSON.render(export)).holds


def test_a_file_from_before_approvals_were_exported_still_holds_and_a_false_one_does_not() -> None:
    document = json.loads(JSON.render(rich().export()))
    records, incident = document.pop("records"), document["incident"]
    document.pop("seal")
    before = {**document, "incident": {name: said for name, said in incident.items() if name != "approvals"}}
    assert verify(sealed(before, records)).holds
    false = {**document, "incident": {**incident, "approvals": []}}
    assert not verify(sealed(false, records)).holds
