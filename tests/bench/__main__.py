"""Runs every measurement and prints a table; exits with 1 when one misses its target."""

import asyncio
import logging
import sys

from tests.bench import load, process, steps
from tests.bench.row import Row

MEASUREMENTS = (
    steps.declare_readable,
    steps.declare_depth,
    steps.click,
    load.ack_under_load,
    load.forty_declares,
    load.hundred_clicks,
    process.start_and_memory,
)


async def _main() -> int:
    logging.disable(logging.WARNING)
    rows: list[Row] = []
    for measurement in MEASUREMENTS:
        measured = await measurement()
        print("\n".join(row.line() for row in measured), flush=True)
        rows += measured
    missed = [row for row in rows if not row.met]
    print(f"{len(rows) - len(missed)} of {len(rows)} targets met")
    return 1 if missed else 0


sys.exit(asyncio.run(_main()))
