"""`cordon db upgrade`: bring the database to this version's shape without starting the bot."""

import argparse
import asyncio
from typing import Any

from bot.settings import read_settings
from storage.database import Database


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verb."""
    parser = verbs.add_parser("db", help="look after the database")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("upgrade", help="bring it to this version's shape").set_defaults(run=_upgrade)


def _upgrade(_chosen: argparse.Namespace) -> int:
    asyncio.run(_upgraded(read_settings().environment.database_url.get_secret_value()))
    print("The database is up to date.")
    return 0


async def _upgraded(url: str) -> None:
    database = await Database.open(url)
    try:
        await database.upgrade()
    finally:
        await database.close()
