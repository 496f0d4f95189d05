"""What commands are tried with: a server to talk to, a clock that needs no waiting, secrets by name."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from commands.base.contract import Prepared, Surroundings
from incidents.clock import Clock
from incidents.errors import ConfigError
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside

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
