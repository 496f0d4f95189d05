"""A Secret is changed by names of variables alone: no value is ever told, and the way back holds none either."""

import base64
import json

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Plan
from sandbox.faults import Kind
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import SECRET
from tests.commands.conftest import Action, Town

OLD, NEW = "sk-old-5ecret", "sk-new-5ecret\nline two"
GIVEN = {"namespace": "prod", "secret": "agent", "data": {"API_KEY": {"env": "NEW_KEY"}}}
WITH_WAY_BACK = GIVEN | {"before": {"API_KEY": {"env": "OLD_KEY"}}}


@pytest.fixture
def kept(town: Town) -> Town:
    town.secrets |= {"NEW_KEY": NEW, "OLD_KEY": OLD}
    about = {"name": "agent", "namespace": "prod"}
    town.cluster.add(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": about,
            "data": {"API_KEY": encoded(OLD), "OTHER": encoded("o")},
        }
    )
    return town


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def held(town: Town) -> Json:
    found: Json = town.cluster.store.get(SECRET, "prod", "agent")
    return found


def assert_silent(*told: object) -> None:
    for text in (str(one) for one in told):
        assert not [value for value in (OLD, NEW, "5ecret") if value in text or encoded(value) in text]


async def test_a_value_is_changed_and_brought_back_by_the_names_of_variables(kept: Town) -> None:
    action = kept.action("kubernetes_config", WITH_WAY_BACK)
    plan = await action.plan()
    [change] = plan.changes
    assert change.what == "Secret prod/agent key API_KEY (from NEW_KEY)"
    assert change.before.startswith("a value, #")
    assert change.after.startswith("a value, #")
    assert change.before != change.after
    assert plan.reversible
    assert plan.inverse == {"back": {"API_KEY": "OLD_KEY"}}
    assert plan.holds(await action.plan())
    for _ in range(2):
        await action.execute(plan)
    assert held(kept)["data"] == {"API_KEY": encoded(NEW), "OTHER": encoded("o")}
    seen = await action.verify(plan)
    assert seen.evidence == ("Secret prod/agent: 1 of 1 keys are wanted",)
    for _ in range(2):
        await action.revert(plan)
    assert held(kept)["data"]["API_KEY"] == encoded(OLD)
    assert (await action.verify_reverted(plan)).verified
    assert_silent(plan.model_dump_json(), seen, action.told)


async def test_a_fingerprint_is_another_in_each_version_of_the_secret(kept: Town) -> None:
    action = kept.action("kubernetes_config", GIVEN)
    first = (await action.plan()).changes[0].before
    kept.cluster.store.change(SECRET, held(kept), lambda one: one["data"].update(OTHER=encoded("p")))
    assert (await action.plan()).changes[0].before != first


async def test_without_the_old_value_s_variable_there_is_no_way_back_and_the_plan_says_so(kept: Town) -> None:
    action = kept.action("kubernetes_config", GIVEN)
    plan = await action.plan()
    assert (plan.reversible, plan.inverse) == (False, {"back": {}})
    assert "no variable is named that keeps the value which API_KEY has now" in plan.warnings[0]
    await action.execute(plan)
    with pytest.raises(ActionError, match="can't be taken back"):
        await action.revert(plan)
    assert held(kept)["data"]["API_KEY"] == encoded(NEW)


@pytest.mark.parametrize("wrong", ["sk-other", None])
async def test_a_way_back_that_is_not_the_value_of_now_is_none(kept: Town, wrong: str | None) -> None:
    kept.secrets.pop("OLD_KEY")
    kept.secrets |= {"OLD_KEY": wrong} if wrong else {}
    plan = await kept.action("kubernetes_config", WITH_WAY_BACK).plan()
    assert not plan.reversible
    assert "OLD_KEY does not hold the value" in plan.irreversible_because


async def test_a_key_is_taken_away_and_a_new_one_is_taken_away_again(kept: Town) -> None:
    taken = kept.action("kubernetes_config", WITH_WAY_BACK | {"data": {"API_KEY": None}})
    plan = await taken.plan()
    assert plan.changes[0].after == "not there"
    await taken.execute(plan)
    assert set(held(kept)["data"]) == {"OTHER"}
    await taken.revert(plan)
    assert held(kept)["data"]["API_KEY"] == encoded(OLD)
    added = kept.action("kubernetes_config", GIVEN | {"data": {"SECOND": {"env": "NEW_KEY"}}})
    plan = await added.plan()
    assert plan.reversible
    await added.execute(plan)
    await added.revert(plan)
    assert set(held(kept)["data"]) == {"API_KEY", "OTHER"}


async def test_a_secret_changed_since_the_plan_is_left_alone(kept: Town) -> None:
    action = kept.action("kubernetes_config", WITH_WAY_BACK)
    plan = await action.plan()
    kept.cluster.store.change(SECRET, held(kept), lambda one: one["data"].update(API_KEY=encoded("theirs")))
    for verb in (action.execute, action.revert):
        with pytest.raises(ChangedMeanwhileError):
            await verb(plan)
    assert held(kept)["data"]["API_KEY"] == encoded("theirs")


async def test_a_variable_that_is_not_set_is_named_before_anything_happens(kept: Town) -> None:
    kept.secrets["NEW_KEY"] = ""
    with pytest.raises(ActionError, match="The variable NEW_KEY is not set, or empty"):
        await kept.action("kubernetes_config", GIVEN).plan()


@pytest.mark.parametrize("trouble", ["error", "lost_answer"])
async def test_errors_tell_no_value(kept: Town, trouble: Kind) -> None:
    action = kept.action("kubernetes_config", WITH_WAY_BACK)
    plan = await action.plan()
    kept.cluster.faults.add(method="patch secrets", kind=trouble, code="422")
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    assert_silent(caught.value, repr(caught.value.__cause__), caught.value.__context__)


async def test_a_plan_that_was_stored_still_works(kept: Town) -> None:
    action = kept.action("kubernetes_config", WITH_WAY_BACK)
    stored = Plan.model_validate(json.loads((await action.plan()).model_dump_json()))
    await action.execute(stored)
    assert (await action.verify(stored)).verified


async def test_the_permissions_are_those_that_it_uses(kept: Town) -> None:
    action: Action = kept.action("kubernetes_config", GIVEN)
    plan = await action.plan()
    await action.execute(plan)
    await action.verify(plan)
    assert set(kept.calls) == {
        f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)
    }
