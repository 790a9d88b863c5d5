"""How the workspace begins: five people, six channels and two user groups whose ids never change."""

from bot.sandbox.clock import now
from bot.sandbox.workspace import Channel, Person, UserGroup, Workspace

PEOPLE = (
    Person(id="UANA", name="ana", real_name="Ana Ruiz", tz="Europe/Madrid", title="Payments", color="9f69e7"),
    Person(id="UBEN", name="ben", real_name="Ben Okafor", tz="Europe/London", title="Platform", color="4bbe2e"),
    Person(id="UCY", name="cy", real_name="Cy Lindqvist", tz="Europe/Stockholm", title="Data", color="e7392d"),
    Person(id="UDEE", name="dee", real_name="Dee Park", tz="Asia/Seoul", title="Support", color="3c989f"),
    Person(id="UMO", name="mo", real_name="Mo Hassan", tz="Africa/Cairo", title="Engineering manager", color="674b1b"),
)
CHANNELS = {
    "CGENERAL": "general",
    "CINCIDENTS": "incidents",
    "CCRITICAL": "incidents-critical",
    "CMANAGERS": "incident-managers",
    "COPS": "ops",
    "CSTATUS": "status",
}


GROUPS = (
    UserGroup(id="SRESPONDERS", handle="responders", name="Responders", users=["UANA", "UBEN"]),
    UserGroup(id="S0ONCALLPAY", handle="payments-oncall", name="Payments on call", users=["UANA"]),
)


def seed(workspace: Workspace) -> None:
    """Fill an empty workspace; one that already has people is left as it is."""
    if any(not person.is_bot for person in workspace.people.values()):
        return
    for person in PEOPLE:
        workspace.keep(Person(**vars(person) | {"email": f"{person.name}@local.test"}))
    for id_, name in CHANNELS.items():
        workspace.keep(
            Channel(
                id=id_,
                kind="channel",
                name=name,
                creator="UMO",
                created=int(now()),
                members=[person.id for person in PEOPLE],
                is_general=name == "general",
            )
        )
    for group in GROUPS:
        workspace.keep(UserGroup(**vars(group) | {"users": list(group.users), "channels": []}))
