"""The process: how long until it is ready, and how much memory it holds idle."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil

from tests.acceptance.town import Town
from tests.bench.row import Row


async def start_and_memory() -> list[Row]:
    """Start the real program a few times against the sandbox; the first start also makes the database."""
    ready, memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        await town.sandbox.start()
        for _ in range(4):
            seconds, held = await _start(town)
            ready.append(seconds)
            memory.append(held)
        await town.sandbox.stop()
    best, most = sorted(ready)[len(ready) // 2], max(memory)
    return [
        Row("start → ready", "≤ 1.5 s", f"median {best:.2f} s, first start {ready[0]:.2f} s", best <= 1.5),
        Row("resident memory, idle", "≤ 120 MB", f"{most:.0f} MB", most <= 120),
    ]


async def _start(town: Town) -> tuple[float, float]:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env={**os.environ, **town.variables()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    line = (await process.stdout.readline()).decode()
    address = line.split("listens on ")[1].split(". ")[0]
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/readyz") as answer:
            assert answer.status == 200, await answer.text()
        taken = time.perf_counter() - begun
    await asyncio.sleep(1)
    held = psutil.Process(process.pid).memory_info().rss / 1e6
    process.terminate()
    await process.wait()
    return taken, held
