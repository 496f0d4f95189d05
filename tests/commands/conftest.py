"""What commands are tried with: a server to talk to, a clock that needs no waiting, secrets by name."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr

from commands.base.contract import Prepared, Surroundings
from incidents.clock import Clock
from incidents.errors import ConfigError
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]

Around = Callable[..., Surroundings]
Make = Callable[..., Prepared]
SECRETS = {"PAUSE_TOKEN": "tok-5ecret/+value", "BASIC": "ann:pa55 word", "FLAGS_TOKEN": "flags-5ecret"}


class Told(list[str]):
    """A progress that remembers."""

    async def __call__(self, text: str) -> None:
        self.append(text)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock() -> HurriedClock:
    return HurriedClock()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    one = Outside()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def around(http: aiohttp.ClientSession, clock: HurriedClock) -> Around:
    def secret(name: str) -> SecretStr:
        if name not in SECRETS:
            raise ConfigError(f"{name} is not set.")
        return SecretStr(SECRETS[name])

    def make(
        connections: Mapping[str, Any] | None = None, *, ticks: Clock = clock, patience: float = 30
    ) -> Surroundings:
        return Surroundings(ticks, http, secret, connections or {}, patience)

    return make


_TABLES = """
CREATE TYPE mood AS ENUM ('calm', 'angry');
CREATE TABLE messages (
    id bigint PRIMARY KEY, body text NOT NULL, hidden boolean NOT NULL DEFAULT false, hidden_reason varchar(40),
    score numeric(10, 2), meta jsonb, tags text[], mood mood, at timestamptz NOT NULL DEFAULT '2026-03-01 09:00+00'
);
INSERT INTO messages (id, body, hidden_reason, score, meta, tags, mood)
SELECT n, 'private body ' || n, 'old reason ' || n, n, '{"n": 1}', '{a,"b c"}', 'calm' FROM generate_series(1, 10) AS n;
CREATE TABLE cordon_audit (
    run_key text, verb text, who text NOT NULL, why text NOT NULL, table_name text NOT NULL,
    row_count integer NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (run_key, verb)
);
"""


@pytest.fixture
async def messages(postgres_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's to a database of ten messages."""
    connection = await asyncpg.connect(postgres_database)
    await connection.execute(_TABLES)
    yield connection
    await connection.close(timeout=10)
