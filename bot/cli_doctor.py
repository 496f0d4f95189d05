"""`cordon doctor`: looks at everything that must be right before an incident, and says what to do."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import cli_doctor_actions, manifest
from bot.clients.slack import SlackWorkspace
from bot.clock import SystemClock
from bot.composition import pagerduty_access
from bot.playbooks import PlaybookLibrary
from bot.settings import Settings, read_settings
from bot.views.templates import Templates
from incidents.errors import ConfigError, CordonError, OutsideError
from storage.database import Database

Finding = tuple[bool, str]


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verb."""
    parser = verbs.add_parser(
        "doctor", help="check tokens, scopes, channel, database, configuration and actions"
    )
    parser.set_defaults(run=_doctor)


def _doctor(_chosen: argparse.Namespace) -> int:
    findings = asyncio.run(_collect(read_settings()))
    for good, said in findings:
        print(f"{'ok  ' if good else 'FAIL'}  {said}")
    return 0 if all(good for good, _ in findings) else 1


async def _collect(settings: Settings) -> list[Finding]:
    found = [_files(settings), await _database(settings)]
    found += [finding async for finding in _slack(settings)]
    return [*found, *await cli_doctor_actions.look(settings), await _pagerduty(settings)]


def _files(settings: Settings) -> Finding:
    organisation = settings.organisation
    try:
        playbooks = PlaybookLibrary.load(organisation.playbooks.folder)
        playbooks.get(organisation.playbooks.default)
        Templates(organisation.templates.folder, named=organisation.template_names).prove(organisation.scheme)
    except CordonError as error:
        return False, f"configuration: {error}"
    return True, f"configuration: {len(playbooks.names)} playbooks, severities {organisation.scheme.spoken}"


async def _database(settings: Settings) -> Finding:
    try:
        database = await Database.open(settings.environment.database_url.get_secret_value())
        try:
            await database.upgrade()
        finally:
            await database.close()
    except (ConfigError, OutsideError) as error:
        return False, f"database: {error}"
    return True, "database: answers and is up to date"


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    environment = settings.environment
    if environment.slack_bot_token is None:
        yield False, "slack: SLACK_BOT_TOKEN is not set (README, “Connect your workspace”)"
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        client = AsyncWebClient(
            token=environment.slack_bot_token.get_secret_value(),
            base_url=environment.slack_api_url,
            session=http,
            retry_handlers=[],
        )
        workspace = SlackWorkspace(client, http, SystemClock())
        try:
            identity = await workspace.identify()
            yield True, f"slack: the bot token belongs to {identity.user} in {identity.url}"
            yield _scopes(await workspace.granted_scopes())
            for reference in settings.organisation.told_channels:
                yield await _channel(workspace, reference)
            if environment.slack_app_token:
                await workspace.try_socket(environment.slack_app_token.get_secret_value())
                yield True, "slack: the app token opens Socket Mode connections"
        except OutsideError as error:
            yield False, f"slack: {error}. Check the token, and that the app is installed in the workspace"
        finally:
            workspace.stop()


async def _pagerduty(settings: Settings) -> Finding:
    access = pagerduty_access(settings.environment)
    if access is None:
        return True, "PagerDuty: off, nobody is paged (PAGERDUTY_ROUTING_KEY is not set)"
    from bot.clients.pagerduty_check import check  # noqa: PLC0415 - loaded only where it is configured

    try:
        return True, f"PagerDuty: {await check(access)}"
    except OutsideError as error:
        return False, f"PagerDuty: {error}"


def _scopes(granted: set[str]) -> Finding:
    missing = sorted(manifest.scopes() - granted)
    if missing:
        return (
            False,
            f"slack: scopes missing: {', '.join(missing)}. Update the app from manifest.yml and reinstall it",
        )
    return True, "slack: every scope of manifest.yml is granted"


async def _channel(workspace: SlackWorkspace, reference: str) -> Finding:
    if await workspace.channel_id(reference) is None:
        return (
            False,
            f"slack: the bot is not in {reference}. Make the channel and type there: /invite @Cordon",
        )
    return True, f"slack: the bot is in {reference}"
