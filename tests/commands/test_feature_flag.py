"""Flags in Unleash and LaunchDarkly: switched, read back, put back; and every way in which that fails."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr

from commands.base import registry
from commands.base.contract import Prepared, Surroundings
from incidents.containment import ActionError, ChangedMeanwhileError, Effect, Plan
from incidents.errors import NotUnderstoodError
from sandbox.faults import Kind
from sandbox.feature_flags import Flag, FlagsSandbox
from tests.commands.conftest import Make, Told
from tests.commands.hurried_clock import HurriedClock

KEY = "run-1"
FLAG = ("shop", "production", "agent-tools")
PROVIDERS = ("unleash", "launchdarkly")


@pytest.fixture(params=PROVIDERS)
def kept_by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def keeper() -> AsyncIterator[FlagsSandbox]:
    one = FlagsSandbox()
    one.flags[FLAG] = Flag(on=True)
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
def off(kept_by: str, keeper: FlagsSandbox, http: aiohttp.ClientSession, clock: HurriedClock) -> Make:
    """A command that puts the agent's tools off, with whatever a test changes of it."""
    connection = {
        "provider": kept_by,
        "url": keeper.url,
        "token_env": "FLAGS_TOKEN",
        "project": "shop",
        "environment": "production",
    }
    connections = {"flags": {"main": connection, "broken": {"provider": "none"}}}

    def make(**changed: object) -> Prepared:
        token = str(changed.pop("token", keeper.token))
        around = Surroundings(clock, http, lambda _: SecretStr(token), connections, 10)
        given = {"connection": "main", "flag": "agent-tools", "enabled": False, "reason": "leak"} | changed
        return registry.prepare("feature_flag", given, around)

    return make


async def _run(one: Prepared, told: Told) -> Plan:
    plan = await one.command.plan(one.params)
    await one.command.execute(one.params, plan, KEY, told)
    return plan


async def _fails(one: Prepared, told: Told) -> ActionError:
    plan = await one.command.plan(one.params)
    with pytest.raises(ActionError) as caught:
        await one.command.execute(one.params, plan, KEY, told)
    return caught.value


async def test_planning_reads_and_changes_nothing(off: Make, keeper: FlagsSandbox, kept_by: str) -> None:
    one = off()
    plan = await one.command.plan(one.params)
    assert plan.target == f"Flag agent-tools in {kept_by.title().replace('d', 'D')} shop/production"
    assert [(change.before, change.after) for change in plan.changes] == [("on", "off")]
    assert plan.reversible
    assert keeper.flags[FLAG].on


async def test_it_is_switched_and_read_back(
    off: Make, keeper: FlagsSandbox, told: Told, kept_by: str
) -> None:
    one = off()
    plan = await _run(one, told)
    assert not keeper.flags[FLAG].on
    seen = await one.command.verify(one.params, plan, told)
    assert seen.verified
    assert "reads off" in seen.evidence[0]
    assert keeper.flags[FLAG].comment == ("leak" if kept_by == "launchdarkly" else "")


async def test_twice_does_no_more_than_once(off: Make, keeper: FlagsSandbox, told: Told) -> None:
    one = off()
    plan = await _run(one, told)
    before = len(keeper.asked)
    await one.command.execute(one.params, plan, KEY, told)
    assert [asked.partition(" ")[0] for asked in keeper.asked[before:]] == ["GET"]


async def test_it_is_put_back(off: Make, keeper: FlagsSandbox, told: Told) -> None:
    one = off()
    plan = await _run(one, told)
    for _ in range(2):
        await one.command.revert(one.params, plan, KEY, told)
        assert keeper.flags[FLAG].on
    assert keeper.flags[FLAG].version == 3
    assert (await one.command.verify_reverted(one.params, plan, told)).verified


async def test_what_was_off_before_stays_off_after_an_undo(
    off: Make, keeper: FlagsSandbox, told: Told
) -> None:
    keeper.flags[FLAG].on = False
    one = off()
    plan = await _run(one, told)
    assert not plan.is_needed
    await one.command.revert(one.params, plan, KEY, told)
    assert not keeper.flags[FLAG].on


async def test_a_flag_switched_by_somebody_meanwhile(off: Make, keeper: FlagsSandbox, told: Told) -> None:
    keeper.flags[FLAG].on = False
    one = off()
    plan = await one.command.plan(one.params)
    keeper.flags[FLAG].on = True
    with pytest.raises(ChangedMeanwhileError, match="was off in the plan and is on now"):
        await one.command.execute(one.params, plan, KEY, told)
    assert keeper.flags[FLAG].on


async def test_one_that_does_not_stay_off_is_not_verified(
    off: Make, keeper: FlagsSandbox, told: Told
) -> None:
    one = off()
    plan = await _run(one, told)
    keeper.flags[FLAG].on = True
    seen = await one.command.verify(one.params, plan, told)
    assert not seen.verified
    assert "reads on, even after 10 s" in seen.evidence[0]


@pytest.mark.parametrize(
    ("code", "effect", "temporary"),
    [
        (400, Effect.NONE, False),
        (401, Effect.NONE, False),
        (403, Effect.NONE, False),
        (404, Effect.NONE, False),
        (405, Effect.NONE, False),
        (409, Effect.NONE, False),
        (412, Effect.NONE, False),
        (429, Effect.NONE, True),
        (500, Effect.UNKNOWN, False),
        (503, Effect.NONE, True),
    ],
)
async def test_a_refusal_says_what_it_means(
    *, off: Make, keeper: FlagsSandbox, told: Told, code: int, effect: Effect, temporary: bool
) -> None:
    keeper.faults.add(method="switch", kind="error", code=str(code), times=9)
    error = await _fails(off(), told)
    assert (error.effect, error.temporary) == (effect, temporary)
    assert isinstance(error, ChangedMeanwhileError) == (code in {409, 412})
    assert f"answered {code}" in error.failed
    assert keeper.flags[FLAG].on


async def test_approvals_are_pointed_at(off: Make, keeper: FlagsSandbox, told: Told, kept_by: str) -> None:
    code, said = {"unleash": ("403", "change requests"), "launchdarkly": ("405", "approvals")}[kept_by]
    keeper.faults.add(method="switch", kind="error", code=code)
    assert said in (await _fails(off(), told)).then


@pytest.mark.parametrize("trouble", ["lost_answer", "rate_limited", "http_500"])
async def test_passing_trouble_is_overcome(
    off: Make, keeper: FlagsSandbox, told: Told, trouble: Kind
) -> None:
    keeper.faults.add(method="switch", kind=trouble)
    await _run(off(), told)
    assert not keeper.flags[FLAG].on


async def test_where_every_answer_is_lost_the_flag_itself_tells(
    off: Make, keeper: FlagsSandbox, told: Told
) -> None:
    keeper.faults.add(method="switch", kind="lost_answer", times=9)
    await _run(off(), told)
    assert not keeper.flags[FLAG].on


async def test_what_is_not_there(off: Make) -> None:
    for changed in ({"flag": "other"}, {"environment": "moon"}, {"project": "none"}):
        one = off(**changed)
        with pytest.raises(ActionError, match=r"404|no flag"):
            await one.command.plan(one.params)


async def test_a_wrong_connection_is_named(off: Make) -> None:
    for name, said in {"nobody": "There are: main, broken", "broken": r"connections\.flags\.broken"}.items():
        one = off(connection=name)
        with pytest.raises(ActionError, match=said):
            await one.command.plan(one.params)


@pytest.mark.parametrize("hostile", ["../../x", "a/b", "..", "a?b", "", "a b", "-a"])
def test_a_hostile_name_is_refused(off: Make, hostile: str) -> None:
    with pytest.raises(NotUnderstoodError):
        off(flag=hostile)


async def test_the_token_is_never_told(off: Make, keeper: FlagsSandbox, told: Told) -> None:
    one = off(token="wrong-5ecret")
    with pytest.raises(ActionError, match="Check the credential in FLAGS_TOKEN") as caught:
        await one.command.plan(one.params)
    assert "wrong-5ecret" not in str(caught.value)
    good = off()
    plan = await _run(good, told)
    seen = await good.command.verify(good.params, plan, told)
    assert keeper.token not in f"{plan} {seen} {told}"


async def test_a_flag_without_strategies_is_warned_about(
    off: Make, keeper: FlagsSandbox, kept_by: str
) -> None:
    keeper.flags[FLAG] = Flag(on=False, has_strategies=False)
    one = off(enabled=True)
    plan = await one.command.plan(one.params)
    assert bool(plan.warnings) == (kept_by == "unleash")
