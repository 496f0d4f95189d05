"""Checklists: order, versions, what is gone."""

import pytest

from incidents.checklist import Move, assigned, moved
from incidents.errors import ConflictError, NotFoundError
from storage.checklists import NewItem, NewPhase
from storage.database import Database
from storage.writer import Work  # noqa: TC001 - as real as the others
from tests.storage.conftest import LATER, NOW, declare

PLAN = [
    NewPhase("Contain", 0, 2, [NewItem("Stop it", "by the switch", "kill-switch"), NewItem("Confirm")]),
    NewPhase("Learn", None, None, []),
]


async def test_a_checklist_is_kept_in_its_order(database: Database) -> None:
    incident = await declare(database)
    added = await database.write(lambda unit: unit.checklists.add(incident.id, PLAN))
    assert [(phase.title, phase.starts_minute, phase.ends_minute) for phase in added] == [
        ("Contain", 0, 2),
        ("Learn", None, None),
    ]
    assert [(item.text, item.detail, item.action, item.version) for item in added[0].items] == [
        ("Stop it", "by the switch", "kill-switch", 0),
        ("Confirm", "", None, 0),
    ]
    last = await database.write(lambda unit: unit.checklists.add_item(added[1].id, "Write it down"))
    more = await database.write(lambda unit: unit.checklists.add_item(added[0].id, "Tell people"))
    assert (last.position, more.position) == (0, 2)
    assert await database.read(lambda unit: unit.checklists.phase(added[0].id)) == (
        added[0].model_copy(update={"items": (*added[0].items, more)})
    )
    assert await database.write(lambda unit: unit.checklists.add(incident.id, [])) == []


async def test_two_people_at_one_item_do_not_fight(database: Database) -> None:
    incident = await declare(database)
    [phase, _] = await database.write(lambda unit: unit.checklists.add(incident.id, PLAN))
    item = phase.items[0]
    done = moved(item, Move.DO, by="U2", at=NOW)
    await database.write(lambda unit: unit.checklists.save(done))
    with pytest.raises(ConflictError, match=r"it is done now by <@U2> at 09:30 UTC"):
        await database.write(lambda unit: unit.checklists.save(moved(item, Move.DO, by="U3", at=LATER)))
    given = assigned(done, "U4")
    await database.write(lambda unit: unit.checklists.save(given))
    assert await database.write(lambda unit: unit.checklists.item(item.id, lock=True)) == given


async def test_a_persons_open_items_are_found_in_the_incidents_that_are_asked_for(database: Database) -> None:
    first, second, hidden = [await declare(database) for _ in range(3)]
    given = {}
    for incident in (first, second, hidden):
        [phase, _] = await database.write(lambda unit, one=incident: unit.checklists.add(one.id, PLAN))  # type: ignore[misc]
        for item in phase.items:
            mine = assigned(item, "U4")
            await database.write(lambda unit, one=mine: unit.checklists.save(one))  # type: ignore[misc]
            given[incident.id, item.position] = mine
    done = moved(given[first.id, 0], Move.DO, by="U4", at=NOW)
    other = assigned(given[second.id, 1], "U5")
    for changed in (done, other):
        await database.write(lambda unit, one=changed: unit.checklists.save(one))  # type: ignore[misc]

    async def found(limit: int, *incidents: int) -> object:
        return await database.read(lambda unit: unit.checklists.assigned_to("U4", incidents, limit=limit))

    mine_now = [(second.id, given[second.id, 0]), (first.id, given[first.id, 1])]
    assert await found(9, first.id, second.id) == (mine_now, 2)
    assert await found(1, first.id, second.id) == (mine_now[:1], 2)
    assert await found(9) == ([], 0)


async def test_what_is_gone_from_a_checklist_is_said(database: Database) -> None:
    calls: list[Work[object]] = [
        lambda unit: unit.checklists.item(9),
        lambda unit: unit.checklists.phase(9),
        lambda unit: unit.checklists.add_item(9, "x"),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match="not there any more"):
            await database.write(call)
