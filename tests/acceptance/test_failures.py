"""What nobody expected: answered with a reference and logged with the same one, never with a stack trace."""

import asyncio
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.town import COMMON, Town


def break_database(file: Path) -> None:
    """Take a table away, which nobody expects."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("ALTER TABLE incidents RENAME TO elsewhere")


async def test_an_unexpected_failure_is_answered_with_the_reference_that_is_logged(
    any_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town = any_town
    await asyncio.to_thread(break_database, town.folder / "cordon.db")
    with caplog.at_level(logging.ERROR):
        await town.person("ann").slash(COMMON, "/incident list")
        answer = await town.until_whisper("ann", COMMON, "Something went wrong")
    found = re.search(r"Reference: ([0-9a-f]{8})", answer.words)
    assert found, answer.words
    assert "Traceback" not in answer.words
    assert "sqlite" not in answer.words.lower()
    assert any(f"Reference {found[1]}" in record.getMessage() for record in caplog.records)


async def test_a_template_that_fails_at_an_update_is_told_in_words_and_nothing_is_lost(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    channel = await town.declare()
    await town.person("ann").slash(channel.id, "/incident update " + "x" * 1600)
    await town.until_whisper("ann", channel, "That has 1600 characters and 1500 fit")
    await town.cordon.idle()
    assert not [m for m in town.messages(channel) if "Current state" in m.words]
