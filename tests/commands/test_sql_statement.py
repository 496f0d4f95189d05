"""Bounded changes in a database, on a real PostgreSQL: seen, done once, taken back, and never more than was shown."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from commands.base.contract import Surroundings
from commands.base.registry import prepare, read_params
from commands.sql_statement import SqlStatement
from incidents.containment import ActionError, ChangedMeanwhileError, Effect, Plan
from incidents.errors import ConfigError, NotUnderstoodError
from tests.commands.severing_proxy import SeveringProxy
from tests.fake_clock import START, FakeClock
from tests.postgres import NEEDS_PASSWORD

pytestmark = pytest.mark.postgres

HIDE: dict[str, Any] = {
    "database": "main",
    "table": "messages",
    "set": {"hidden": True, "hidden_reason": "{reason}"},
    "where": [
        {"column": "id", "op": "in", "value": "{ids}"},
        {"column": "hidden", "op": "=", "value": False},
    ],
    "ids": ["1", "2", "3"],
    "reason": "unsafe advice",
    "who": "U0ANN",
}
ADD: dict[str, Any] = {
    "database": "main",
    "table": "messages",
    "rows": [{"id": 20, "body": "first", "score": 1.5}, {"id": 21, "body": "second", "score": None}],
}
STATE = (
    "SELECT id, hidden, hidden_reason FROM messages WHERE hidden OR hidden_reason NOT LIKE 'old%' ORDER BY id"
)
KILL_WHO_WAITS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@dataclass
class Desk:
    """The command as a use of it would have it, with what it said."""

    http: aiohttp.ClientSession
    address: str
    said: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def command(self, **params: object) -> tuple[SqlStatement, Any]:
        base = ADD if "rows" in params or params.pop("add", False) else HIDE
        prepared = prepare("sql_statement", {**base, **params}, self.surroundings())
        assert isinstance(prepared.command, SqlStatement)
        return prepared.command, prepared.params

    def surroundings(self) -> Surroundings:
        def secret(name: str) -> SecretStr:
            if name != "MAIN_URL":
                raise ConfigError(f"{name} is not set.")
            return SecretStr(self.address)

        connections = {"databases": {"main": {"url_env": "MAIN_URL", **self.settings}}}
        return Surroundings(clock=FakeClock(), http=self.http, secret=secret, connections=connections)

    async def plan(self, **params: object) -> Plan:
        command, read = self.command(**params)
        plan = await command.plan(read)
        return Plan.model_validate_json(plan.model_dump_json())  # as it comes back from the database

    async def execute(self, plan: Plan, key: str = "run-1", **params: object) -> None:
        command, read = self.command(**params)
        await command.execute(read, plan, key, self.progress)

    async def revert(self, plan: Plan, key: str = "run-1", **params: object) -> None:
        command, read = self.command(**params)
        await command.revert(read, plan, key, self.progress)

    async def progress(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
async def desk(messages: asyncpg.Connection, postgres_database: str) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield Desk(http, postgres_database)


async def state(messages: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await messages.fetch(STATE)]


HIDDEN = [(n, True, "unsafe advice") for n in (1, 2, 3)]


# --- planned ---------------------------------------------------------------------------------------


async def test_the_plan_counts_and_shows_no_content(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    assert plan.target == "PostgreSQL main, table public.messages"
    [change] = plan.changes
    assert change.what == "public.messages: 3 rows (id 1, 2, 3)"
    assert change.before == "where id in 3 values and hidden = false"
    assert change.after == "hidden = true, hidden_reason = unsafe advice"
    assert plan.destroys_evidence
    assert plan.state["count"] == 3
    shown = plan.model_dump_json(include={"target", "changes", "warnings", "state"})
    assert "private" not in shown
    assert "old reason" not in shown
    assert await state(messages) == []


async def test_a_plan_made_again_is_the_same_until_a_row_changes(
    desk: Desk, messages: asyncpg.Connection
) -> None:
    plan = await desk.plan()
    assert plan.holds(await desk.plan())
    await messages.execute("UPDATE messages SET hidden_reason = 'another' WHERE id = 2")
    assert not plan.holds(await desk.plan())


async def test_nothing_to_change_is_a_plan_that_is_not_needed(
    desk: Desk, messages: asyncpg.Connection
) -> None:
    plan = await desk.plan(ids=["99"])
    assert not plan.is_needed
    assert plan.warnings == (
        "1 ids were given, and 0 rows will be changed: the others are not there or are so already.",
    )
    await desk.execute(plan, ids=["99"])
    command, params = desk.command(ids=["99"])
    assert (await command.verify(params, plan, desk.progress)).verified
    with pytest.raises(ActionError, match="no row to change"):
        await desk.revert(plan, ids=["99"])


async def test_the_cap_holds(desk: Desk) -> None:
    with pytest.raises(ActionError, match=r"More than 2 rows of public\.messages would be changed"):
        await desk.plan(row_cap=2)
    assert (await desk.plan(row_cap=3)).warnings == ("3 rows: near the cap of 3.",)
    desk.settings["row_cap"] = 2
    with pytest.raises(ActionError, match="More than 2 rows"):
        await desk.plan(row_cap=500)
    with pytest.raises(ActionError, match="More than 1 rows"):
        await desk.plan(add=True, row_cap=1)


async def test_old_values_that_are_too_large_to_keep_are_refused(
    desk: Desk, messages: asyncpg.Connection
) -> None:
    await messages.execute("UPDATE messages SET body = repeat('x', 1000000)")
    with pytest.raises(ActionError, match="old values of 3 rows are too large"):
        await desk.plan(set={"body": ""})


# --- done ------------------------------------------------------------------------------------------


async def test_done_verified_and_taken_back(desk: Desk, messages: asyncpg.Connection) -> None:
    before = await messages.fetch("SELECT * FROM messages ORDER BY id")
    plan = await desk.plan()
    await desk.execute(plan)
    assert await state(messages) == HIDDEN
    command, params = desk.command()
    seen = await command.verify(params, plan, desk.progress)
    assert seen.verified
    assert seen.evidence == ("3 of 3 rows read back as written.", "0 rows left that should be changed.")
    await desk.revert(plan)
    assert await messages.fetch("SELECT * FROM messages ORDER BY id") == before
    back = await command.verify_reverted(params, plan, desk.progress)
    assert (back.verified, back.evidence) == (True, ("3 of 3 rows are as they were before.",))
    audit = [tuple(row) for row in await messages.fetch("SELECT * FROM cordon_audit ORDER BY verb")]
    assert audit == [
        ("run-1", verb, "U0ANN", "unsafe advice", "messages", 3, START) for verb in ("REVERT", "UPDATE")
    ]


async def test_every_type_comes_back_as_it_was(desk: Desk, messages: asyncpg.Connection) -> None:
    await messages.execute(
        "UPDATE messages SET score = NULL, at = '2026-03-01 09:00:00.123456+05' WHERE id = 1"
    )
    before = await messages.fetch("SELECT * FROM messages ORDER BY id")
    new = {"score": 2.5, "meta": {"a": [1, None]}, "tags": '{x,"y,z"}', "mood": "angry", "at": "2026-01-01"}
    plan = await desk.plan(set=new)
    await desk.execute(plan, set=new)
    [row] = await messages.fetch("SELECT score, meta, tags, mood FROM messages WHERE id = 1")
    assert (str(row["score"]), json.loads(row["meta"])) == ("2.50", {"a": [1, None]})
    assert (row["tags"], row["mood"]) == (["x", "y,z"], "angry")
    assert not (await desk.plan(set=new)).is_needed
    await desk.revert(plan, set=new)
    assert await messages.fetch("SELECT * FROM messages ORDER BY id") == before


async def test_executing_and_reverting_twice_does_it_once(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    await desk.execute(plan)
    await desk.execute(plan)
    await desk.revert(plan)
    await messages.execute("UPDATE messages SET hidden = true, hidden_reason = 'unsafe advice' WHERE id = 1")
    await desk.revert(plan)
    assert await state(messages) == HIDDEN[:1]
    await desk.execute(plan)  # the run was done, whatever came after
    assert await state(messages) == HIDDEN[:1]


async def test_the_same_run_side_by_side_is_done_once(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    await asyncio.gather(*(desk.execute(plan) for _ in range(4)))
    assert await state(messages) == HIDDEN
    assert await messages.fetchval("SELECT count(*) FROM cordon_audit") == 1


async def test_what_somebody_did_already_is_not_done_again(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    await messages.execute("UPDATE messages SET hidden = true, hidden_reason = 'unsafe advice' WHERE id < 4")
    await desk.execute(plan)
    assert await messages.fetchval("SELECT count(*) FROM cordon_audit") == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE messages SET hidden_reason = 'another' WHERE id = 2",
        "UPDATE messages SET hidden = true WHERE id = 2",
        "DELETE FROM messages WHERE id = 2",
    ],
)
async def test_a_change_since_the_plan_stops_it(
    desk: Desk, messages: asyncpg.Connection, change: str
) -> None:
    plan = await desk.plan()
    await messages.execute(change)
    before = await state(messages)
    with pytest.raises(ChangedMeanwhileError, match="not those of the plan any more"):
        await desk.execute(plan)
    assert await state(messages) == before
    assert await messages.fetchval("SELECT count(*) FROM cordon_audit") == 0


async def test_a_row_more_than_planned_stops_it(desk: Desk, messages: asyncpg.Connection) -> None:
    where = [{"column": "id", "op": ">=", "value": 9}]
    plan = await desk.plan(where=where)
    await messages.execute("INSERT INTO messages (id, body) VALUES (11, 'new')")
    with pytest.raises(ChangedMeanwhileError):
        await desk.execute(plan, where=where)


async def test_what_a_trigger_keeps_back_undoes_all(desk: Desk, messages: asyncpg.Connection) -> None:
    await messages.execute(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER keep BEFORE UPDATE ON messages FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION keep()"
    )
    plan = await desk.plan()
    with pytest.raises(ActionError, match="did not let every row"):
        await desk.execute(plan)
    assert await state(messages) == []


async def test_rows_that_came_later_or_were_changed_back_are_not_verified(
    desk: Desk, messages: asyncpg.Connection
) -> None:
    where = [{"column": "id", "op": ">=", "value": 9}, {"column": "hidden", "value": False}]
    plan = await desk.plan(where=where)
    await desk.execute(plan, where=where)
    await messages.execute("INSERT INTO messages (id, body) VALUES (11, 'new')")
    await messages.execute("UPDATE messages SET hidden_reason = 'mine' WHERE id = 9")
    command, params = desk.command(where=where)
    seen = await command.verify(params, plan, desk.progress)
    assert not seen.verified
    assert seen.evidence == ("1 row of 2 rows read back as written.", "1 row left that should be changed.")[
        :0
    ] or (
        "1 of 2 rows read back as written.",
        "1 row left that should be changed.",
    )


# --- taken back ------------------------------------------------------------------------------------


async def test_rows_changed_since_are_left_alone_and_told(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    await desk.execute(plan)
    await messages.execute("UPDATE messages SET hidden_reason = 'lawyers said so' WHERE id = 2")
    await desk.revert(plan)
    assert await state(messages) == [(2, True, "lawyers said so")]
    assert desk.said[-1] == "2 rows put back; 1 row changed by somebody since, left alone"
    command, params = desk.command()
    seen = await command.verify_reverted(params, plan, desk.progress)
    assert not seen.verified
    assert seen.evidence == (
        "2 of 3 rows are as they were before.",
        "1 row changed by somebody else since, and left alone.",
    )
    await desk.revert(plan)
    assert await messages.fetchval("SELECT row_count FROM cordon_audit WHERE verb = 'REVERT'") == 2


async def test_nothing_left_to_take_back_is_told(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan()
    await desk.execute(plan)
    await messages.execute("UPDATE messages SET hidden_reason = 'lawyers said so'")
    with pytest.raises(ChangedMeanwhileError, match="3 rows"):
        await desk.revert(plan)


# --- rows put in -----------------------------------------------------------------------------------


async def test_rows_are_put_in_and_taken_out(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan(add=True)
    assert plan.changes[0].what == "public.messages: 2 rows (id 20, 21)"
    assert "first" not in str(plan.changes)
    await desk.execute(plan, add=True)
    await desk.execute(plan, add=True)
    assert (
        await messages.fetchval("SELECT string_agg(body, ',' ORDER BY id) FROM messages WHERE id > 10")
        == "first,second"
    )
    command, params = desk.command(add=True)
    assert (await command.verify(params, plan, desk.progress)).verified
    assert not (await desk.plan(add=True)).is_needed
    await messages.execute("UPDATE messages SET body = 'edited' WHERE id = 21")
    assert not (await command.verify(params, plan, desk.progress)).verified
    await desk.revert(plan, add=True)
    assert [row["id"] for row in await messages.fetch("SELECT id FROM messages WHERE id > 10")] == [21]
    assert not (await command.verify_reverted(params, plan, desk.progress)).verified


async def test_rows_that_stand_in_the_way_are_told(desk: Desk, messages: asyncpg.Connection) -> None:
    plan = await desk.plan(add=True)
    await messages.execute("INSERT INTO messages (id, body) VALUES (20, 'somebody else')")
    with pytest.raises(ChangedMeanwhileError):
        await desk.execute(plan, add=True)
    with pytest.raises(
        ActionError, match=r"1 row of public.messages with the same key hold other values \(20\)"
    ):
        await desk.plan(add=True)
    with pytest.raises(ActionError, match="same key"):
        await desk.plan(rows=[{"id": 30, "body": "a"}, {"id": 30, "body": "b"}])
    with pytest.raises(ActionError, match="rows must give id"):
        await desk.plan(rows=[{"body": "a"}])


# --- hostile ---------------------------------------------------------------------------------------

HOSTILE = [
    "messages; DROP TABLE messages",
    'messages" --',
    "pg_catalog.pg_authid\x00",
    "\ud800",
    "x" * 5000,
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_no_name(desk: Desk, messages: asyncpg.Connection, name: str) -> None:
    for params in (
        {"table": name},
        {"set": {name: "x"}},
        {"where": [{"column": name, "value": 1}]},
        {"key": [name]},
        {"rows": [{"id": 1, name: 2}]},
    ):
        with pytest.raises(ActionError) as refusal:
            await desk.plan(**params)
        assert refusal.value.effect is Effect.NONE
    assert await messages.fetchval("SELECT count(*) FROM messages") == 10


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE messages; --", "{who}", "$1", "\\", "{ids}", "%s", "</script>", "ü\u202e"]
)
async def test_a_hostile_value_is_only_a_value(desk: Desk, messages: asyncpg.Connection, value: str) -> None:
    plan = await desk.plan(reason=value)
    await desk.execute(plan, reason=value)
    assert await state(messages) == [(n, True, value) for n in (1, 2, 3)]


async def test_odd_names_of_real_columns_are_quoted(desk: Desk, messages: asyncpg.Connection) -> None:
    await messages.execute(
        'CREATE SCHEMA "My""App"; CREATE TABLE "My""App"."user" ("a""b; --" text PRIMARY KEY, "set" text)'
    )
    await messages.execute("""INSERT INTO "My""App"."user" VALUES ('k', NULL)""")
    odd: dict[str, Any] = {
        "table": 'My"App.user',
        "set": {"set": "new"},
        "where": [{"column": "set", "op": "is null"}],
        "ids": [],
    }
    plan = await desk.plan(**odd)
    await desk.execute(plan, **odd)
    assert await messages.fetchval('SELECT "set" FROM "My""App"."user"') == "new"
    await desk.revert(plan, **odd)
    assert await messages.fetchval('SELECT "set" FROM "My""App"."user"') is None


@pytest.mark.parametrize(
    ("ids", "about"),
    [(["1", "2 OR true"], "invalid input syntax for type bigint"), (["99999999999999999999"], "value or id")],
)
async def test_ids_that_are_none_are_refused_without_repeating_them(
    desk: Desk, ids: list[str], about: str
) -> None:
    with pytest.raises(ActionError, match=about) as refusal:
        await desk.plan(ids=ids)
    assert ids[-1] not in str(refusal.value)
    assert refusal.value.then == "Correct the values or ids."


async def test_a_value_that_is_too_long_is_refused_instead_of_cut(desk: Desk) -> None:
    with pytest.raises(
        ActionError, match=r"too long for public.messages.hidden_reason \(character varying\(40\)\)"
    ):
        await desk.plan(reason="x" * 41)


@pytest.mark.parametrize(
    ("params", "about"),
    [
        ({"set": {}}, "either set"),
        ({"where": []}, "a whole table is never updated"),
        ({"where": [{"column": "id", "op": "in"}]}, "needs a value"),
        ({"where": [{"column": "id", "op": "in", "value": 1}]}, "needs a list"),
        ({"where": [{"column": "id", "value": [1]}]}, "takes one value"),
        ({"where": [{"column": "id", "op": "is null", "value": 1}]}, "takes no value"),
        ({"where": [{"column": "id", "op": "; --", "value": 1}]}, "Input should be '='"),
        ({"set": {}, "rows": [{"id": 1}, {"body": "a"}], "where": []}, "same columns"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(params: dict[str, Any], about: str) -> None:
    with pytest.raises(NotUnderstoodError, match=about):
        read_params("sql_statement", {**HIDE, **params})


@pytest.mark.parametrize(
    ("params", "about"),
    [
        ({"ids": []}, "needs the ids"),
        ({"reason": " "}, "needs the reason"),
        ({"set": {"hidden_reason": "{who}"}, "who": ""}, "needs who asks for it"),
        ({"set": {"id": 7}}, "set can't change id"),
        ({"key": ["body"]}, "may have several rows of one key"),
        ({"table": "nothing"}, "There is no table 'nothing'"),
        (
            {"table": "cordon_audit", "set": {"who": "x"}, "where": [{"column": "who", "value": "y"}]},
            "audit table",
        ),
        ({"database": "other"}, 'connections.databases has no "other"'),
    ],
)
async def test_what_does_not_fit_is_told(desk: Desk, params: dict[str, Any], about: str) -> None:
    with pytest.raises(ActionError, match=about):
        await desk.plan(**params)


async def test_a_database_without_audit_table_says_how_to_make_one(
    desk: Desk, messages: asyncpg.Connection
) -> None:
    await messages.execute("DROP TABLE cordon_audit")
    with pytest.raises(ActionError) as refusal:
        await desk.plan()
    await messages.execute(refusal.value.then.removeprefix("Make it once: ").removesuffix("."))
    assert (await desk.plan()).is_needed


# --- outside trouble -------------------------------------------------------------------------------


async def test_a_locked_row_is_waited_for_in_bounded_time(desk: Desk, messages: asyncpg.Connection) -> None:
    desk.settings["statement_timeout_seconds"] = 0.4
    plan = await desk.plan()
    async with messages.transaction():
        await messages.execute("SELECT 1 FROM messages WHERE id = 2 FOR UPDATE")
        with pytest.raises(ActionError, match="holds a lock on one of the rows") as refusal:
            await desk.execute(plan)
    assert (refusal.value.temporary, refusal.value.effect) == (True, Effect.NONE)
    await desk.execute(plan)
    assert await state(messages) == HIDDEN


async def test_a_slow_statement_is_stopped(desk: Desk, messages: asyncpg.Connection) -> None:
    await messages.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'"
    )
    await messages.execute(
        "CREATE TRIGGER slow BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    desk.settings["statement_timeout_seconds"] = 0.4
    plan = await desk.plan()
    with pytest.raises(ActionError, match="statement_timeout_seconds"):
        await desk.execute(plan)
    assert await state(messages) == []


async def test_a_connection_killed_before_its_commit_has_changed_nothing(
    desk: Desk, messages: asyncpg.Connection, postgres_database: str
) -> None:
    plan = await desk.plan()
    killer = await asyncpg.connect(postgres_database)
    async with messages.transaction():
        await messages.execute("SELECT 1 FROM messages WHERE id = 2 FOR UPDATE")
        running = asyncio.create_task(desk.execute(plan))
        while not await killer.fetch(KILL_WHO_WAITS) and not running.done():
            continue
    with pytest.raises(ActionError, match="can't be reached, or the connection was lost") as refusal:
        await running
    assert (refusal.value.temporary, refusal.value.effect) == (True, Effect.NONE)
    assert await state(messages) == []
    await killer.close(timeout=10)


@pytest.fixture
def through(desk: Desk) -> Callable[[SeveringProxy], Any]:
    async def run(proxy: SeveringProxy) -> None:
        plan = await desk.plan()
        async with proxy.listening() as desk.address:
            await desk.execute(plan)

    return run


async def test_a_commit_whose_answer_was_lost_is_found_to_have_worked(
    through: Callable[[SeveringProxy], Any], postgres_database: str, messages: asyncpg.Connection
) -> None:
    proxy = SeveringProxy(postgres_database, passes_commit_on=True)
    await through(proxy)
    assert proxy.cuts == 1
    assert await state(messages) == HIDDEN


async def test_a_commit_that_never_arrived_is_found_not_to_have_worked(
    through: Callable[[SeveringProxy], Any], postgres_database: str, messages: asyncpg.Connection
) -> None:
    with pytest.raises(ActionError, match="before the change was committed") as refusal:
        await through(SeveringProxy(postgres_database, passes_commit_on=False))
    assert (refusal.value.temporary, refusal.value.effect) == (True, Effect.NONE)
    assert await state(messages) == []
    assert await messages.fetchval("SELECT count(*) FROM cordon_audit") == 0


async def test_a_lost_answer_and_no_way_to_ask_is_in_doubt(
    through: Callable[[SeveringProxy], Any], postgres_database: str
) -> None:
    with pytest.raises(ActionError, match="Nobody knows whether it happened") as refusal:
        await through(SeveringProxy(postgres_database, passes_commit_on=True, stays_down=True))
    assert (refusal.value.temporary, refusal.value.effect) == (False, Effect.UNKNOWN)


async def test_a_wrong_password_is_told_without_it(
    desk: Desk, messages: asyncpg.Connection, postgres_database: str
) -> None:
    if not await messages.fetch("SELECT 1 FROM pg_roles WHERE rolname = $1", NEEDS_PASSWORD):
        await messages.execute(f"CREATE ROLE {NEEDS_PASSWORD} LOGIN PASSWORD 'right'")
    url = make_url(postgres_database).set(username=NEEDS_PASSWORD, password="hunter2wrong")
    desk.address = url.render_as_string(hide_password=False)
    with pytest.raises(ActionError, match="the password is wrong") as refusal:
        await desk.plan()
    assert "hunter2wrong" not in "".join(traceback.format_exception(refusal.value))
    assert refusal.value.then == "Correct MAIN_URL."
    desk.address = url.set(password="right").render_as_string(hide_password=False)
    with pytest.raises(ActionError, match="did not permit it"):
        await desk.plan()


@pytest.mark.parametrize(
    "address", ["hunter2", "mysql://ann:hunter2@host/db", "postgresql://ann:hunter2@h:x/db"]
)
async def test_an_address_that_is_none_is_told_without_it(desk: Desk, address: str) -> None:
    desk.address = address
    with pytest.raises(ActionError, match="MAIN_URL holds no PostgreSQL address") as refusal:
        await desk.plan()
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))


async def test_a_server_that_is_not_there_is_told(desk: Desk, unused_tcp_port: int) -> None:
    desk.address = f"postgresql://ann@127.0.0.1:{unused_tcp_port}/db"
    with pytest.raises(ActionError, match="can't be reached") as refusal:
        await desk.plan()
    assert refusal.value.temporary


async def test_wrong_configuration_is_told(desk: Desk) -> None:
    desk.settings["row_cap"] = 0
    with pytest.raises(ActionError, match=r"connections\.databases\.main: row_cap"):
        await desk.plan()
    desk.settings = {"url_env": "NOWHERE_URL"}
    with pytest.raises(ActionError, match="NOWHERE_URL is not set"):
        await desk.plan()


# --- evidence --------------------------------------------------------------------------------------


async def test_the_snapshot_holds_the_rows_whole(desk: Desk) -> None:
    command, params = desk.command()
    [(name, content)] = (await command.snapshot(params)).items()
    assert name == "public.messages.jsonl"
    rows = [json.loads(line) for line in content.decode().splitlines()]
    assert [(row["id"], row["body"]) for row in rows] == [(n, f"private body {n}") for n in (1, 2, 3)]
    command, params = desk.command(add=True)
    assert await command.snapshot(params) == {}
