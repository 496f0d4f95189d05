"""Runs every measurement and prints a table; exits with 1 when one misses its target."""

import asyncio
import logging
import sys

from tests.bench import contain, load, process, steps

MEASUREMENTS = (
    steps.declare_readable,
    steps.declare_depth,
    steps.click,
    load.ack_under_load,
    load.forty_declares,
    load.hundred_clicks,
    contain.scale_to_zero,
    contain.kill_switch,
    process.start_and_memory,
)


async def _main() -> int:
    logging.disable(logging.WARNING)
    met: list[bool] = []
    for measurement in MEASUREMENTS:
        for row in await measurement():
            print(row.line(), flush=True)
            met.append(row.met)
    print(f"{sum(met)} of {len(met)} targets met")
    return 0 if all(met) else 1


sys.exit(asyncio.run(_main()))
