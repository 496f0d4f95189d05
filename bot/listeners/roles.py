"""Roles: take, give, hand over, leave; typed, from the list, or with the form."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import roles
from bot.services.who import person
from bot.views import answers, card
from bot.views import roles as view
from bot.views.help import VerbHelp
from bot.views.roles import NOTE, PERSON, ROLE
from incidents.crew import crew_of
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.rights import Right
from incidents.roles import Role, find_role

_INSTEAD = re.compile(r"^instead of\s+(?P<who>\S+)\s*", re.IGNORECASE)
_LONGEST = 3
"""Words in a role's name."""


def read_role(words: str) -> tuple[Role, str]:
    """The role at the beginning, and the rest.

    Raises:
        NotUnderstoodError: there is no such role.
    """
    split = words.split()
    for length in range(min(_LONGEST, len(split)), 0, -1):
        try:
            return find_role(" ".join(split[:length])), " ".join(split[length:])
        except NotUnderstoodError:
            continue
    return find_role(split[0] if split else ""), ""


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the list's buttons, the card's, and the form."""

    @app.action(card.TAKE_COMMAND)
    async def commanded(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _take(reception, asked, int(body["actions"][0]["value"]), Role.COMMANDER)

    @app.action(view.TAKE)
    async def taken(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            number, role = str(body["actions"][0]["value"]).split(":")
            await _take(reception, asked, int(number), Role(role))

    @app.action(view.LEAVE)
    async def left(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            number, role = str(body["actions"][0]["value"]).split(":")
            incident = await reception.incident(asked, int(number))
            await _leave(reception, asked, incident, Role(role))

    @app.action(view.GIVE)
    async def giving(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]))
            await reception.open_modal(asked, view.form(incident))

    @app.view(view.FORM)
    async def given(ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        to = values[PERSON][PERSON].get("selected_user")
        if not to:
            await ack(response_action="errors", errors={PERSON: "Choose who takes it."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["view"]["private_metadata"]))
            role = Role(values[ROLE][ROLE]["selected_option"]["value"])
            note = values[NOTE][NOTE].get("value") or ""
            await _give(reception, asked, incident, role=role, to=to, note=note)


async def show(reception: Reception, asked: Asked, incident_id: int) -> None:
    """The list, to who asks."""
    incident = await reception.incident(asked, incident_id)
    await reception.answer(asked, view.listed(incident, asked.user))


async def _take(reception: Reception, asked: Asked, incident_id: int, role: Role) -> None:
    await reception.incident(asked, incident_id, Right.TAKE_ROLE)
    await roles.take(reception.parts, incident_id, role, by=asked.user, delivery=asked.delivery)


async def _leave(reception: Reception, asked: Asked, incident: Incident, role: Role) -> None:
    await roles.leave(reception.parts, incident.id, role, by=asked.user, delivery=asked.delivery)
    await reception.answer(
        asked, answers.say(f"You have left: {role.about.title.lower()} of {incident.key}.")
    )


async def _give(
    reception: Reception,
    asked: Asked,
    incident: Incident,
    *,
    role: Role,
    to: str,
    note: str,
    replacing: str | None = None,
) -> None:
    """To oneself and out of one's own hands needs less than giving what is another's."""
    mine = role in crew_of(incident).roles_of(asked.user)
    right = Right.TAKE_ROLE if to == asked.user or mine else Right.ASSIGN_ROLES
    await reception.incident(asked, incident.id, right)
    await roles.give(
        reception.parts,
        incident.id,
        role,
        to,
        note,
        by=asked.user,
        delivery=asked.delivery,
        replacing=replacing,
    )
    if asked.channel != incident.channel_id and asked.response_url:
        await reception.answer(
            asked, answers.done(f"<@{to}> is {role.about.title.lower()} of {incident.key}.")
        )


async def _role_typed(reception: Reception, asked: Asked, words: str) -> None:
    parts = reception.parts
    incident, said = await reception.meant(asked, "role", words)
    if not said:
        await reception.answer(asked, view.listed(incident, asked.user))
        return
    first, _, rest = said.partition(" ")
    if first.lower() == "leave":
        await _leave(reception, asked, incident, read_role(rest)[0])
        return
    role, rest = read_role(said)
    if not rest:
        await _take(reception, asked, incident.id, role)
        return
    named, _, note = rest.partition(" ")
    to = await person(parts, named, asker=asked.user)
    replacing = None
    if instead := _INSTEAD.match(note):
        replacing = await person(parts, instead["who"], asker=asked.user)
        note = note[instead.end() :]
    note = note.removeprefix("note:").strip()
    await _give(reception, asked, incident, role=role, to=to, note=note, replacing=replacing)


async def _leave_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, said = await reception.meant(asked, "leave", words)
    await _leave(reception, asked, incident, read_role(said)[0])


VERBS = (
    Verb(
        "role",
        VerbHelp(
            "role [INC-42] commander [@bob] [note]",
            "Takes a role, or gives or hands it over with a note. Alone it shows who holds which.",
        ),
        _role_typed,
        aliases=("roles",),
    ),
    Verb(
        "leave",
        VerbHelp("leave [INC-42] scribe", "Leaves a role; without commander somebody else is called."),
        _leave_typed,
    ),
)
