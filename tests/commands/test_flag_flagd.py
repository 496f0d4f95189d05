"""A flag of flagd, in a ConfigMap: switched, read back, put back, and only over the file that was read."""

import asyncio
import json

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Effect
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import CONFIG_MAP
from tests.commands.conftest import Action, Town

CONNECTION = {"provider": "flagd", "namespace": "prod", "configmap": "flags"}
TOOLS = {
    "state": "ENABLED",
    "variants": {"on": True, "off": False},
    "defaultVariant": "on",
    "targeting": {"if": [True, "on"]},
}
OTHER = {"state": "DISABLED", "variants": {"é": 1}, "defaultVariant": "é"}


def keep(town: Town, text: str | None = None) -> None:
    file = text or json.dumps({"$schema": "flagd", "flags": {"agent-tools": TOOLS, "other": OTHER}})
    about = {"name": "flags", "namespace": "prod"}
    town.cluster.add(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {"flags.json": file, "a": "b"}}
    )


def held(town: Town) -> Json:
    found: Json = town.cluster.store.get(CONFIG_MAP, "prod", "flags")
    return found


def flags(town: Town) -> Json:
    found: Json = json.loads(held(town)["data"]["flags.json"])["flags"]
    return found


def off(town: Town, **params: object) -> Action:
    given = {"connection": "main", "flag": "agent-tools", "enabled": False} | params
    return town.action("feature_flag", given, flags={"main": CONNECTION})


async def test_it_is_switched_read_back_and_put_back(town: Town) -> None:
    keep(town)
    action = off(town)
    plan = await action.plan()
    assert plan.target == "Flag agent-tools in flagd prod/flags flags.json"
    assert [(one.before, one.after) for one in plan.changes] == [("on", "off")]
    for _ in range(2):
        await action.execute(plan)
    assert flags(town) == {"agent-tools": TOOLS | {"state": "DISABLED"}, "other": OTHER}
    assert held(town)["data"]["a"] == "b"
    assert (await action.verify(plan)).verified
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert flags(town)["agent-tools"] == TOOLS
    assert town.calls.count("patch configmaps") == 2


async def test_another_flag_changed_meanwhile_is_not_overwritten(town: Town) -> None:
    keep(town)
    action = off(town)
    plan = await action.plan()
    held_back = town.cluster.faults.add(method="patch configmaps", kind="hold_before")
    going = asyncio.create_task(action.execute(plan))
    await held_back.hit.wait()
    file = {"flags": {"agent-tools": TOOLS, "other": OTHER | {"state": "ENABLED"}}}
    town.cluster.store.change(
        CONFIG_MAP, held(town), lambda one: one["data"].update({"flags.json": json.dumps(file)})
    )
    held_back.release()
    await going
    assert {name: one["state"] for name, one in flags(town).items()} == {
        "agent-tools": "DISABLED",
        "other": "ENABLED",
    }


async def test_a_file_that_never_rests_is_given_up(town: Town) -> None:
    keep(town)
    action = off(town)
    plan = await action.plan()
    town.cluster.faults.add(method="patch configmaps", kind="error", code="409", times=9)
    with pytest.raises(ChangedMeanwhileError, match="5 times"):
        await action.execute(plan)
    assert flags(town)["agent-tools"]["state"] == "ENABLED"


async def test_where_the_answer_is_lost_the_file_itself_tells(town: Town) -> None:
    keep(town)
    action = off(town)
    plan = await action.plan()
    town.cluster.faults.add(method="patch configmaps", kind="lost_answer")
    await action.execute(plan)
    assert flags(town)["agent-tools"]["state"] == "DISABLED"


async def test_a_refusal_changes_nothing(town: Town) -> None:
    keep(town)
    action = off(town)
    plan = await action.plan()
    town.cluster.forbidden.add(("patch", "configmaps"))
    with pytest.raises(ActionError, match="403") as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.NONE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "holds no flags"),
        ("{", "holds no flags"),
        ('{"flags": []}', "holds no flags"),
        ('{"flags": {"b": {"state": "ENABLED"}}}', "has no flag agent-tools; there are: b"),
        ('{"flags": {"agent-tools": {"state": "on"}}}', "neither ENABLED nor DISABLED"),
        ('{"flags": {"agent-tools": 1}}', "neither ENABLED nor DISABLED"),
    ],
)
async def test_what_is_no_such_flag(town: Town, text: str, said: str) -> None:
    keep(town, text)
    with pytest.raises(ActionError, match=said):
        await off(town).plan()


async def test_projects_are_refused_where_there_are_none(town: Town) -> None:
    keep(town)
    with pytest.raises(ActionError, match="neither projects nor environments"):
        await off(town, project="x").plan()


async def test_putting_one_with_rules_on_is_warned_about(town: Town) -> None:
    keep(town)
    assert "targeting rules" in (await off(town, enabled=True).plan()).warnings[0]
