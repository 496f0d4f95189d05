"""The Home tab, as people use it."""

from datetime import timedelta
from typing import Any

from incidents.crew import Crew, take
from incidents.roles import Role
from sandbox import Channel, View
from tests.acceptance.conftest import OpenTown
from tests.acceptance.town import Town
from tests.fake_clock import FakeClock


async def opened(town: Town, name: str) -> View:
    """The Home of a person, as it is drawn when they open it."""
    person = town.person(name)
    before = person.home.hash if person.home else ""
    await person.open_home()
    return await redrawn(town, name, before)


async def redrawn(town: Town, name: str, before: str) -> View:
    """The Home once it was drawn after that one."""
    person = town.person(name)
    view = await town.sandbox.until(
        lambda: person.home if person.home and person.home.hash != before else None
    )
    await town.cordon.idle()
    assert person.home is not None
    return person.home if person.home.hash != view.hash else view


async def give(town: Town, channel: Channel, to: str, place: int = 0) -> None:
    """Assign an item of the first phase."""
    ann = town.person("ann")
    await ann.click(town.message(channel, "*1 · Contain*"), "checklist.change")
    view = await ann.until_view()
    choice = view.blocks[0]["element"]["options"][place]["value"]
    await ann.submit(view, {"item": choice, "what": "assign", "person": town.person(to).id})
    await town.cordon.idle()


async def change(town: Town, incident_id: int, **columns: Any) -> None:  # noqa: ANN401 - any column
    """What no verb can do yet."""
    await town.cordon.parts.database.write(lambda work: work.incidents.change(incident_id, **columns))


async def test_an_item_of_mine_is_done_from_the_home(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    assert "My items" not in (await opened(town, "bob")).words
    await give(town, channel, "bob")
    await give(town, channel, "cyd", 1)
    home = await opened(town, "bob")
    assert home.words.count("☐ ") == 2, "the section's title and one item"
    assert f"INC-1 · <#{channel.id}>" in home.words

    await bob.click(home, "checklist.move")
    await town.until_message(channel, f"done by <@{bob.id}>")
    assert "My items" not in (await redrawn(town, "bob", home.hash)).words


async def test_a_press_on_an_old_home_shows_what_is_so_now(town: Town) -> None:
    channel, bob = await town.declare(), town.person("bob")
    await give(town, channel, "bob")
    home = await opened(town, "bob")
    phase = town.message(channel, "*1 · Contain*")
    await town.person("ann").click(phase, "checklist.move", block_id=phase.blocks[1]["block_id"])
    await town.until_message(channel, "done by")
    await bob.click(home, "checklist.move")
    assert "My items" not in (await redrawn(town, "bob", home.hash)).words
    rooms = town.sandbox.workspace.channels
    await town.sandbox.until(
        lambda: any("was done already, by" in m.words for r in rooms.values() for m in r.messages.values())
    )


async def test_an_overdue_update_is_written_from_the_home(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    channel, bob = await town.declare(), town.person("bob")
    assert "Overdue" not in (await opened(town, "bob")).words
    await clock.advance(timedelta(minutes=31))
    home = await opened(town, "bob")
    assert "⏰ Overdue updates" in home.words
    await bob.click(home, "card.update")
    form = await bob.until_view("Status update")
    home = await redrawn(town, "bob", home.hash)
    await bob.submit(form, {"state": "The leak is stopped"})
    await town.until_message(channel, "The leak is stopped")
    assert "Overdue" not in (await redrawn(town, "bob", home.hash)).words


async def test_what_is_mine_stands_apart_from_what_can_be_joined(town: Town) -> None:
    await town.declare("sev3 Agent swears")
    await town.declare("sev3 Agent mails strangers")
    await town.declare("sev3 Agent orders pizza")
    cyd = town.person("cyd")
    scribe = take(Crew(), Role.SCRIBE, cyd.id, at=town.cordon.parts.clock.now())
    await change(town, 1, crew=scribe.model_dump(mode="json"))
    await change(town, 3, drill=True)
    await cyd.slash("#general", "/incident decision INC-1 Stay on v6")
    await town.cordon.idle()
    home = await opened(town, "cyd")
    mine, others = home.words.index("My incidents"), home.words.index("Open incidents")
    assert mine < home.words.index("You: Scribe") < others < home.words.index("INC-2 · Agent mails strangers")
    assert "🧪 DRILL · 🟡 SEV3 · INC-3" in home.words
    assert "Stay on v6" in home.words[home.words.index("My action items and decisions") :]

    await cyd.click(home, "card.join", value="2")
    await town.sandbox.until(
        lambda: any(c.name.startswith("inc-2") and cyd.id in c.members for c in cyd.channels())
    )
    await redrawn(town, "cyd", home.hash)


async def test_what_is_declared_from_the_home_stands_there(town: Town) -> None:
    ann, home = town.person("ann"), await opened(town, "ann")
    await ann.click(home, "declare.open")
    form = await ann.until_view("Declare an incident")
    home = await redrawn(town, "ann", home.hash)
    await ann.submit(form, {"title": "Agent deletes tables", "severity": "SEV1"})
    assert "INC-1 · Agent deletes tables" in (await redrawn(town, "ann", home.hash)).words


async def test_who_may_not_know_of_an_incident_sees_nothing_of_it(open_town: OpenTown) -> None:
    town = await open_town()
    channel = await town.declare("sev2 Secret leak")
    await give(town, channel, "cyd")
    await give(town, channel, "eli", 1)
    await town.person("ann").slash(channel.id, "/incident decision Tell nobody owner @cyd")
    await town.cordon.idle()
    assert "Secret leak" in (await opened(town, "cyd")).words
    await change(town, 1, private=True, next_update_at=town.cordon.parts.clock.now())
    for name in ("cyd", "eli"):
        home = await opened(town, name)
        assert "No incident is open." in home.words
        assert all(
            word not in home.words for word in ("Secret", "INC-1", "Tell nobody", "My items", "Overdue")
        )
    home = await opened(town, "ann")
    assert "Secret leak" in home.words, "she is in its channel"


async def test_a_home_that_cant_be_redrawn_undoes_nothing(town: Town) -> None:
    channel, bob = await town.declare(), town.person("bob")
    await give(town, channel, "bob")
    home = await opened(town, "bob")
    town.sandbox.faults.add(method="views.publish", kind="error", code="internal_error", times=20)
    await bob.click(home, "checklist.move")
    await town.until_message(channel, f"done by <@{bob.id}>")
    await town.cordon.idle()
    assert "Something went wrong" not in town.sandbox.described()
