"""Roles as people see them: who holds which, a new holder's duties, and the form that gives one."""

from collections.abc import Mapping
from typing import Any, Final

from bot.views import blocks, mrkdwn, wording
from incidents.crew import NOTE_LIMIT, Crew, crew_of
from incidents.incident import Incident
from incidents.ports import Message
from incidents.roles import ROLES, Role

TAKE: Final = "roles.take"
LEAVE: Final = "roles.leave"
GIVE: Final = "roles.give"
FORM: Final = "roles.form"
ROLE, PERSON, NOTE = "role", "person", "note"


def duties(incident: Incident, role: Role, *, by: str, to: str, note: str) -> Message:
    """To the new holder alone."""
    given = "" if by == to else f" It was given to you by {mrkdwn.user(by)}."
    head = (
        f"*You are in command of {incident.key}.*"
        if role is Role.COMMANDER
        else f"*You are {_named(role)} of {incident.key}.*"
    )
    lines = [f"{head}{given}", *(f"• {mrkdwn.escape(duty)}" for duty in role.about.duties)]
    if note:
        lines.append(f"Note: {mrkdwn.escape(mrkdwn.line(note, NOTE_LIMIT))}")
    text = f"You are {role.about.title.lower()} of {incident.key}."
    if role is Role.COMMANDER:
        text = f"You are in command of {incident.key}."
    return Message(text, [blocks.section("\n".join(lines))])


def announced(role: Role, *, by: str, to: str, note: str) -> Message:
    """To everybody in the channel."""
    said = f"🧑‍🚒 {mrkdwn.user(to)} is *{role.about.title.lower()}*"
    said += "" if by == to else f", given by {mrkdwn.user(by)}"
    if note:
        said += f": {mrkdwn.escape(mrkdwn.line(note, 800))}"
    return Message(f"{role.about.title} is taken", [blocks.section(said)])


def on_card(incident: Incident) -> str:
    """The roles beside the commander, in a line; empty when there are none."""
    crew = crew_of(incident)
    held = [
        f"{role.about.title} {', '.join(mrkdwn.user(holder.user) for holder in crew.of(role)[:8])}"
        for role in Role
        if role is not Role.COMMANDER and crew.of(role)
    ]
    return " · ".join(held)


def listed(incident: Incident, reader: str) -> Message:
    """Every role with its holders, and what the reader can do, to the reader alone."""
    crew = crew_of(incident)
    drawn = [blocks.section(f"*Roles in {incident.key}*")]
    drawn += [_row(incident, crew, role, reader) for role in Role]
    drawn.append(blocks.actions(blocks.button("Give a role…", GIVE, str(incident.id))))
    return Message(f"Roles in {incident.key}", drawn)


def form(incident: Incident, *, role: Role | None = None) -> Mapping[str, Any]:
    """The form that gives a role to somebody."""
    listed = [(card.title, one.value) for one, card in ROLES.items()]
    drawn = [
        blocks.context(mrkdwn.escape(wording.one_line(incident))),
        blocks.field(
            "Role", blocks.select(ROLE, listed, initial=role.value if role else None), block_id=ROLE
        ),
        blocks.field("Who", blocks.person_select(PERSON), block_id=PERSON),
        blocks.field(
            "Note for them",
            blocks.text_box(NOTE, multiline=True, limit=NOTE_LIMIT),
            block_id=NOTE,
            optional=True,
            hint="What they must know to take over",
        ),
    ]
    return blocks.modal("Give a role", drawn, callback_id=FORM, submit="Give", metadata=str(incident.id))


def _row(incident: Incident, crew: Crew, role: Role, reader: str) -> blocks.Block:
    holders = ", ".join(f"{mrkdwn.user(one.user)} since {mrkdwn.at(one.since)}" for one in crew.of(role)[:8])
    text = f"*{role.about.title}*: {holders or 'nobody'}\n{mrkdwn.escape(role.about.duties[0])}"
    value = f"{incident.id}:{role.value}"
    if role in crew.roles_of(reader):
        button = blocks.button("Leave", LEAVE, value, label=f"Leave {role.about.title}")
    elif role.about.several or not crew.of(role):
        button = blocks.button("Take", TAKE, value, label=f"Take {role.about.title}")
    else:
        button = None
    return blocks.section(text, accessory=button)


def _named(role: Role) -> str:
    return (
        f"in {role.about.title}"
        if role in {Role.AI_OPS, Role.COMMUNICATIONS}
        else f"{role.about.title.lower()}"
    )
