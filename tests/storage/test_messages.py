"""Messages: revisions, leases, what is gone."""

from datetime import timedelta

from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import LATER, NOW, declare


async def test_edits_of_a_message_are_coalesced_and_the_last_state_arrives(database: Database) -> None:
    incident = await declare(database)

    async def work(unit: UnitOfWork) -> None:
        messages = unit.messages
        card = await messages.expect(incident.id, "card", channel_id="C0")
        assert await messages.expect(incident.id, "card") == card
        assert (card.ts, card.wanted, card.shown) == (None, 1, 0)
        assert await messages.touch(incident.id) == [card.id]
        assert await messages.unsettled(now=NOW) == []
        await messages.posted(card.id, channel_id="C0", ts="1.2", revision=1)
        assert await messages.unsettled(now=NOW) == [card.id]
        claimed = await messages.claim(card.id, owner="a", until=LATER, now=NOW)
        assert claimed is not None
        assert (claimed.wanted, claimed.shown, claimed.ts) == (2, 1, "1.2")
        assert await messages.claim(card.id, owner="b", until=LATER, now=NOW) is None
        assert await messages.unsettled(now=NOW) == []
        await messages.touch_one(card.id)
        assert await messages.settle(card.id, owner="b", revision=9) is False
        assert await messages.settle(card.id, owner="a", revision=2) is True
        assert await messages.settle(card.id, owner="a", revision=3) is False
        assert await messages.claim(card.id, owner="b", until=LATER, now=NOW) is None
        [settled] = await messages.of(incident.id, "card")
        assert (settled.wanted, settled.shown) == (3, 3)

    await database.write(work)


async def test_a_message_whose_editor_died_or_gave_up_is_edited_by_another(database: Database) -> None:
    incident = await declare(database)

    async def work(unit: UnitOfWork) -> None:
        messages = unit.messages
        card = await messages.expect(incident.id, "card")
        await messages.posted(card.id, channel_id="C0", ts="1.2", revision=0)
        assert await messages.claim(card.id, owner="a", until=LATER, now=NOW)
        late = LATER + timedelta(seconds=1)
        assert await messages.unsettled(now=late) == [card.id]
        assert await messages.claim(card.id, owner="b", until=late, now=late)
        assert await messages.settle(card.id, owner="a", revision=1) is False
        await messages.release(card.id, owner="a")
        assert await messages.claim(card.id, owner="c", until=late, now=NOW) is None
        await messages.release(card.id, owner="b")
        assert await messages.claim(card.id, owner="c", until=late, now=NOW)
        await messages.forget(card.id)
        assert await messages.unsettled(now=late) == []
        assert await messages.of(incident.id) == []
        assert await messages.touch(incident.id) == []
        assert await messages.claim(card.id, owner="c", until=late, now=late) is None

    await database.write(work)


async def test_only_the_messages_meant_are_touched(database: Database) -> None:
    incident = await declare(database)

    async def work(unit: UnitOfWork) -> None:
        messages = unit.messages
        phases = [await messages.expect(incident.id, "phase", part) for part in (1, 0)]
        card = await messages.expect(incident.id, "card")
        assert await messages.touch(incident.id, ["phase"], part=1) == [phases[0].id]
        assert await messages.touch(incident.id, ["card", "phase"]) == sorted(
            [card.id, *(p.id for p in phases)]
        )
        assert await messages.touch(incident.id, []) == []
        assert [(m.kind, m.part, m.wanted) for m in await messages.of(incident.id)] == [
            ("card", 0, 2),
            ("phase", 0, 2),
            ("phase", 1, 3),
        ]

    await database.write(work)
