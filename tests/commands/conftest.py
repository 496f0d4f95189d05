"""Commands are tried on what they act on, for real; here a database with messages that can be hidden."""

from collections.abc import AsyncIterator

import asyncpg  # type: ignore[import-untyped]
import pytest

from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]

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
