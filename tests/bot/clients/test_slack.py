import inspect

from bot.clients.slack import SlackWorkspace
from incidents.ports import Workspace
from tests.bot.clients.conftest import Desk, HurriedClock


def _signatures(of: type) -> dict[str, inspect.Signature]:
    methods = inspect.getmembers(of, inspect.isfunction)
    return {name: inspect.signature(method) for name, method in methods if not name.startswith("_")}


def test_every_method_that_the_use_cases_need_is_there_as_they_call_it() -> None:
    wanted, given = _signatures(Workspace), _signatures(SlackWorkspace)
    assert len(wanted) > 15
    for name, signature in wanted.items():
        parameters = [(one.name, one.kind, one.default) for one in given[name].parameters.values()]
        assert parameters == [(one.name, one.kind, one.default) for one in signature.parameters.values()], (
            name
        )


async def test_it_is_the_door_that_the_use_cases_mean(desk: Desk, clock: HurriedClock) -> None:
    door: Workspace = desk.door(clock)
    assert (await door.identify()).team == desk.sandbox.workspace.team_id


async def test_two_doors_share_nothing(desk: Desk, clock: HurriedClock) -> None:
    one, other = desk.door(clock), desk.door(clock)
    await one.identify()
    assert one.permalink("C1")
    assert other.permalink("C1") is None
