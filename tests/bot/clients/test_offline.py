"""The workspace without Slack: what it knows of people, and that everything else fails as in an outage."""

import inspect

import pytest

from bot.clients.offline import OfflineWorkspace
from incidents.errors import OutageError
from incidents.operators import Operator
from incidents.ports import Account, Workspace

KNOWN = {
    "account",
    "account_at_hand",
    "is_member",
    "names",
    "people",
    "permalink",
    "person",
}


async def _belongs(channel: str, user: str) -> bool:
    return (channel, user) == ("C0INC", "U0ANN")


@pytest.fixture
def offline() -> Workspace:
    operators = {
        "ann": Operator(user="U0ANN", groups=frozenset({"@oncall", "S0LEADS"})),
        "bob": Operator(user="U0BOB", groups=frozenset({"@oncall"})),
    }
    return OfflineWorkspace(operators, _belongs)


async def test_people_are_the_operators_and_their_groups(offline: Workspace) -> None:
    assert await offline.people(["@oncall"]) == (["U0ANN", "U0BOB"], [])
    assert await offline.people(["S0LEADS", "U0EVE", "eve@example.com", "@sre"]) == (
        ["U0ANN", "U0EVE"],
        ["eve@example.com", "@sre"],
    )
    assert await offline.person("@Ann") == "U0ANN"
    assert await offline.person("@eve") is None
    assert await offline.names(["U0BOB", "U0EVE"]) == {"U0BOB": "bob", "U0EVE": "U0EVE"}


async def test_who_is_no_operator_counts_as_deactivated(offline: Workspace) -> None:
    assert await offline.account("U0ANN") == Account()
    assert await offline.account("U0EVE") == Account(is_deactivated=True)


async def test_who_is_in_a_channel_is_asked_of_the_record(offline: Workspace) -> None:
    assert await offline.is_member("C0INC", "U0ANN")
    assert not await offline.is_member("C0INC", "U0BOB")


def _methods() -> list[str]:
    found = inspect.getmembers(Workspace, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_") and name not in KNOWN]


@pytest.mark.parametrize("name", _methods())
async def test_whatever_needs_slack_fails_as_in_an_outage(offline: Workspace, name: str) -> None:
    method = getattr(offline, name)
    wanted = inspect.signature(method).parameters.values()
    places = [None for one in wanted if one.kind is one.POSITIONAL_OR_KEYWORD and one.default is one.empty]
    keywords = {one.name: None for one in wanted if one.kind is one.KEYWORD_ONLY and one.default is one.empty}
    with pytest.raises(OutageError):
        await method(*places, **keywords)
