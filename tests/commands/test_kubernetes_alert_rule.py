"""A temporary alert rule: made once, seen to be there, gone afterwards."""

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Effect
from sandbox.kubernetes_kinds import PROMETHEUS_RULE
from tests.commands.conftest import Town

RULE = {
    "namespace": "prod",
    "name": "cordon-leaks",
    "alert": "AgentLeaks",
    "expression": "rate(leaks_total[5m]) > 0",
    "labels": {"release": "prometheus"},
}


async def test_the_rule_is_made_seen_and_taken_away(town: Town) -> None:
    action = town.action("kubernetes_alert_rule", RULE)
    plan = await action.plan()
    assert not (await action.verify(plan)).verified
    await action.execute(plan)
    await action.execute(plan)
    assert (await action.verify(plan)).evidence == ("PrometheusRule prod/cordon-leaks is there",)
    [made] = town.cluster.store.all(PROMETHEUS_RULE)
    assert made["metadata"]["labels"]["release"] == "prometheus"
    assert made["spec"]["groups"][0]["rules"][0]["expr"] == "rate(leaks_total[5m]) > 0"
    assert not (await action.verify_reverted(plan)).verified
    await action.revert(plan)
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified


async def test_another_rule_of_that_name_is_left_alone(town: Town) -> None:
    first = town.action("kubernetes_alert_rule", RULE)
    await first.execute(await first.plan())
    other = town.action("kubernetes_alert_rule", RULE | {"expression": "up == 0"})
    with pytest.raises(ChangedMeanwhileError, match="another rule of this name"):
        await other.plan()


async def test_a_rule_that_was_there_before_is_kept(town: Town) -> None:
    action = town.action("kubernetes_alert_rule", RULE)
    await action.execute(await action.plan())
    plan = await action.plan()
    assert (plan.is_needed, plan.reversible) == (False, False)


async def test_a_rule_changed_by_hand_is_not_deleted(town: Town) -> None:
    action = town.action("kubernetes_alert_rule", RULE)
    plan = await action.plan()
    await action.execute(plan)
    [made] = town.cluster.store.all(PROMETHEUS_RULE)
    made["spec"]["groups"][0]["rules"][0]["expr"] = "up == 0"
    town.cluster.store.update(PROMETHEUS_RULE, "prod", made)
    with pytest.raises(ChangedMeanwhileError, match="no longer the rule"):
        await action.revert(plan)


async def test_a_lost_answer_is_in_doubt_and_safe_to_repeat(town: Town) -> None:
    action = town.action("kubernetes_alert_rule", RULE)
    plan = await action.plan()
    town.cluster.faults.add(method="create prometheusrules", kind="lost_answer")
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.UNKNOWN
    await action.execute(plan)
    assert (await action.verify(plan)).verified


async def test_the_permissions_are_those_that_it_uses(town: Town) -> None:
    action = town.action("kubernetes_alert_rule", RULE)
    plan = await action.plan()
    await action.execute(plan)
    await action.verify(plan)
    await action.revert(plan)
    assert set(town.calls) == {
        f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)
    }
