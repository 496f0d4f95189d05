"""A sandbox workspace that lives until it is stopped, with one bot in it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.server import Sandbox

Tokens = dict[str, str]
Stop = Callable[[], Awaitable[None]]


class CantOpenError(Exception):
    """The workspace can't be opened; the text says why and what to do."""


async def live(
    manifest: Mapping[str, Any],
    folder: Path,
    page_port: int,
    move_in: Callable[[Tokens], Awaitable[tuple[str, Stop]]],
    say: Callable[[str], None],
) -> None:
    """Open the workspace, let the bot move in, and run until Ctrl-C.

    Args:
        manifest: the bot's Slack app manifest.
        folder: where the workspace is kept between runs; it exists.
        page_port: where the page listens.
        move_in: starts the bot with the variables it needs; gives its address and how to stop it.
        say: tells the person who started it.

    Raises:
        CantOpenError: the port is taken, or what was kept can't be read.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    workspace = await _opened(manifest, folder, page_port)
    try:
        address, leave = await move_in(
            {
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "SLACK_API_URL": workspace.api_url,
            }
        )
        workspace.request_url = f"{address}/slack/events"
        say(f"Open {workspace.url} and type: /incident declare sev1 Agent leaks customer data")
        say(f"Everything is kept in {folder}; Ctrl-C stops.")
        try:
            await stopped.wait()
        finally:
            await leave()
    finally:
        await workspace.stop()


async def _opened(manifest: Mapping[str, Any], folder: Path, page_port: int) -> Sandbox:
    try:
        workspace = Sandbox(manifest=manifest, port=page_port, state_file=folder / "workspace.json")
    except ValueError as error:
        raise CantOpenError(str(error)) from error
    try:
        await workspace.start()
    except OSError as error:
        await workspace.stop()
        raise CantOpenError(
            f"The page can't be opened on port {page_port}: {error.strerror}. Choose another with --page-port."
        ) from error
    return workspace
