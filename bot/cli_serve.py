"""`cordon serve`, `cordon sandbox` and `cordon run`: start the bot, with a workspace or with the local one."""

import argparse
import asyncio
import logging
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from bot import manifest
from bot.app import Cordon
from bot.organisation import Organisation
from bot.settings import Settings, read_environment, read_settings
from incidents.errors import ConfigError

_LAST_PORT = 65535
_WORST = 1
"""The levels up to SEV1."""


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verbs."""
    serve = verbs.add_parser("serve", help="join the workspace that the environment names")
    serve.set_defaults(run=lambda _: _serve(read_settings()))
    town = verbs.add_parser("sandbox", help="start a local workspace with a web page, and join that")
    _town_options(town)
    town.set_defaults(run=_sandbox)
    either = verbs.add_parser("run", help="serve when Slack tokens are set, else the sandbox")
    _town_options(either)
    either.set_defaults(run=_run)


def _town_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--page-port", type=_port, default=3001, help="where the page listens (0: any free port)"
    )
    parser.add_argument("--port", type=_port, default=3000, help="where the bot listens (0: any free port)")
    parser.add_argument("--folder", type=Path, default=Path("data/sandbox"), help="where everything is kept")


def _port(text: str) -> int:
    """A port's number, or 0 for any free one."""
    number = int(text)
    if not 0 <= number <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{number} is no port: give 0 to {_LAST_PORT}")
    return number


def _run(chosen: argparse.Namespace) -> int:
    settings = read_settings()
    if settings.environment.has_slack:
        return _serve(settings)
    print("No Slack tokens in the environment or .env: starting the sandbox workspace.")
    return _sandbox(chosen)


def _serve(settings: Settings) -> int:
    _log_to_stderr()
    asyncio.run(_until_stopped(settings))
    return 0


async def _until_stopped(settings: Settings) -> None:
    stopped = stop_signal()
    cordon = Cordon(settings)
    await cordon.start()
    print(f"Cordon listens on {cordon.address}. Stop it with Ctrl-C.", flush=True)
    try:
        await stopped.wait()
    finally:
        await cordon.stop()


def _sandbox(chosen: argparse.Namespace) -> int:
    _log_to_stderr()
    organisation = read_settings().organisation
    # The sandbox is loaded by its name, when it is asked for: a bot in production never needs it.
    town = import_module("sandbox.town")
    try:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{chosen.folder} can't be made: {error.strerror}. Choose with --folder."
        ) from error
    living = town.live(
        manifest.read(),
        chosen.folder,
        chosen.page_port,
        lambda tokens: _citizen(chosen, tokens, _with_people(organisation)),
        lambda text: print(text, flush=True),
    )
    try:
        asyncio.run(living)
    except town.CantOpenError as error:
        raise ConfigError(str(error)) from error
    return 0


def _with_people(organisation: Organisation) -> Organisation:
    """Where nobody was configured, the sandbox's @oncall is invited to the worst levels, to show how it looks."""
    levels = organisation.severities
    if any(level.invite for level in levels):
        return organisation
    filled = [
        level.model_copy(update={"invite": ("@oncall",)}) if level.rank <= _WORST else level
        for level in levels
    ]
    return organisation.model_copy(update={"severities": tuple(filled)})


async def _citizen(chosen: argparse.Namespace, tokens: dict[str, str], organisation: Any) -> tuple[str, Any]:  # noqa: ANN401
    """Start a bot in the sandbox; returns its address and how to stop it."""
    database = f"sqlite:///{chosen.folder / 'cordon.db'}"
    variables = {
        **tokens,
        "PORT": str(chosen.port),
        "DATABASE_URL": database,
        "EVIDENCE_URL": str(chosen.folder / "evidence"),
    }
    cordon = Cordon(Settings(read_environment(variables), organisation, variables))
    await cordon.start()
    return cordon.address, cordon.stop


def stop_signal() -> asyncio.Event:
    """An event that Ctrl-C and the system's request to stop set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for talkative in ("slack_sdk", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
