"""What was done for a while is undone by itself, after a warning."""

from datetime import timedelta

from incidents.run_states import RunState
from sandbox.toy_service import ToyService
from tests.acceptance.contained import FREE, ContainedTown, open_contained, plan, runs, shows, toy
from tests.fake_clock import FakeClock

__all__ = ["open_contained", "toy"]


async def test_it_warns_and_then_undoes_itself(open_contained: ContainedTown, toy: ToyService) -> None:
    clock = FakeClock(lets_work_end=True)
    expiring = {"tools-off": {"expires_minutes": 60, "expiry_warning_minutes": 10}}
    town = await open_contained(clock=clock, more={**FREE, "actions": expiring})
    clock.settle_with(town.cordon.idle)
    channel = await town.declare()
    planned = await plan(town, channel, "tools-off")
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "Undone by itself at")
    await clock.advance(timedelta(minutes=49))
    assert not any("is undone by itself at" in m.words for m in town.messages(channel))
    await clock.advance(timedelta(minutes=2))
    await town.until_message(channel, "is undone by itself at")
    assert not toy.state()["agent_tools_enabled"]
    await clock.advance(timedelta(minutes=10))
    await shows(town, channel, planned, "Undone by Cordon")
    assert toy.state()["agent_tools_enabled"]
    assert [run.state for run in await runs(town)] == [RunState.REVERTED]


async def test_undone_before_it_is_not_undone_again(open_contained: ContainedTown, toy: ToyService) -> None:
    clock = FakeClock(lets_work_end=True)
    expiring = {"tools-off": {"expires_minutes": 60}}
    town = await open_contained(clock=clock, more={**FREE, "actions": expiring})
    clock.settle_with(town.cordon.idle)
    channel, ann = await town.declare(), town.person("ann")
    planned = await plan(town, channel, "tools-off")
    await ann.click(planned, "run.confirm")
    await ann.click(await shows(town, channel, planned, "Verified"), "run.undo")
    await shows(town, channel, planned, "Undone by <@")
    again = await plan(town, channel, "tools-off")
    await ann.click(again, "run.confirm")
    await shows(town, channel, again, "Verified")
    await clock.advance(timedelta(minutes=59))
    assert not toy.state()["agent_tools_enabled"]


async def test_a_temporary_alert_rule_is_taken_away_after_a_day_unless_said_otherwise(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    rule = {
        "title": "Watch more closely",
        "command": "kubernetes_alert_rule",
        "params": {"namespace": "prod", "name": "closer", "alert": "Unsafe", "expression": "unsafe > 1"},
        "risk": "low",
    }
    town = await open_contained(more={**FREE, "actions": {"watch-closer": rule}})
    channel = await town.declare()
    planned = await plan(town, channel, "watch-closer")
    assert "undone by itself after 1 d" in planned.words
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "Undone by itself at")
    [run] = await runs(town)
    assert run.started_at is not None
    assert run.reverts_at == run.started_at + timedelta(hours=24)
