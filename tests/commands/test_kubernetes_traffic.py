"""Traffic is sent elsewhere and back: by an HTTPRoute's and a VirtualService's weights, by a Service's selector."""

import asyncio

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError
from incidents.errors import NotUnderstoodError
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import HTTP_ROUTE, SERVICE, VIRTUAL_SERVICE, Kind
from tests.commands.conftest import Town

ROUTE = {"namespace": "prod", "kind": "httproute", "name": "chat", "weights": {"safe": 1}}
VIRTUAL = {"namespace": "prod", "kind": "virtualservice", "name": "chat", "weights": {"agent/v1": 100}}
PEOPLE = {"namespace": "prod", "kind": "service", "name": "chat", "selector": {"app": "people"}}


def thing(kind: Kind, spec: Json) -> Json:
    about = {"name": "chat", "namespace": "prod"}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": about, "spec": spec}


def add_route(town: Town) -> None:
    backends = [{"name": "agent", "port": 80, "weight": 9}, {"name": "safe", "port": 81, "weight": 0}]
    town.cluster.add(thing(HTTP_ROUTE, {"rules": [{"backendRefs": backends}]}))


def backends(town: Town) -> list[Json]:
    found: list[Json] = town.cluster.store.get(HTTP_ROUTE, "prod", "chat")["spec"]["rules"][0]["backendRefs"]
    return found


async def test_a_route_s_weights_are_set_read_back_and_taken_back(town: Town) -> None:
    add_route(town)
    action = town.action("kubernetes_traffic", ROUTE)
    plan = await action.plan()
    [change] = plan.changes
    assert (change.before, change.after) == ("agent 9, safe 0", "agent 0, safe 1")
    await action.execute(plan)
    await action.execute(plan)
    seen = await action.verify(plan)
    assert (seen.verified, seen.evidence) == (True, ("HTTPRoute prod/chat leads to agent 0, safe 1",))
    assert backends(town)[1] == {"name": "safe", "port": 81, "weight": 1}
    assert town.calls.count("patch httproutes") == 1
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert [one["weight"] for one in backends(town)] == [9, 0]


async def test_a_virtual_service_s_subsets_are_weighed(town: Town) -> None:
    routes = [
        {"destination": {"host": "agent", "subset": "v1"}, "weight": 0},
        {"destination": {"host": "agent", "subset": "v2"}, "weight": 100},
    ]
    town.cluster.add(thing(VIRTUAL_SERVICE, {"http": [{"route": routes}]}))
    action = town.action("kubernetes_traffic", VIRTUAL)
    plan = await action.plan()
    assert not (await action.verify(plan)).verified
    await action.execute(plan)
    assert (await action.verify(plan)).evidence == (
        "VirtualService prod/chat leads to agent/v1 100, agent/v2 0",
    )


async def test_a_service_is_given_to_people(town: Town) -> None:
    town.cluster.add(thing(SERVICE, {"selector": {"app": "agent"}}))
    await town.deploy("agent", replicas=1)
    action = town.action("kubernetes_traffic", PEOPLE)
    assert "nobody would answer" in (await action.plan()).warnings[0]
    plan = await action.plan()
    await action.execute(plan)
    assert not (await action.verify(plan)).verified
    town.cluster.add(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "desk", "namespace": "prod", "labels": {"app": "people"}},
            "spec": {"containers": [{"name": "main", "image": "desk:1"}]},
        }
    )
    await town.cluster.until(
        lambda: any(pod["status"].get("podIP") for pod in town.pods if "desk" in str(pod))
    )
    seen = await action.verify(plan)
    assert seen.verified
    assert seen.evidence[1] == "1 ready pods answer"
    await action.revert(plan)
    assert town.cluster.store.get(SERVICE, "prod", "chat")["spec"]["selector"] == {"app": "agent"}


async def test_somebody_else_s_weights_are_not_overwritten(town: Town) -> None:
    add_route(town)
    action = town.action("kubernetes_traffic", ROUTE)
    plan = await action.plan()
    held = town.cluster.faults.add(method="patch httproutes", kind="hold_before")
    going = asyncio.create_task(action.execute(plan))
    await held.hit.wait()
    route = town.cluster.store.get(HTTP_ROUTE, "prod", "chat")
    route["spec"]["rules"][0]["backendRefs"][0]["weight"] = 5
    town.cluster.store.update(HTTP_ROUTE, "prod", route)
    held.release()
    with pytest.raises(ChangedMeanwhileError, match="its traffic goes to agent 5, safe 0"):
        await going


async def test_a_target_that_is_not_there_is_refused_with_those_that_are(town: Town) -> None:
    add_route(town)
    with pytest.raises(ActionError, match=r"does not lead to people.*leads to agent, safe"):
        await town.action("kubernetes_traffic", ROUTE | {"weights": {"people": 1}}).plan()
    with pytest.raises(ActionError, match="has no rule 3"):
        await town.action("kubernetes_traffic", ROUTE | {"rule": 3}).plan()


@pytest.mark.parametrize(
    "wrong",
    [
        {"selector": {"a": "b"}},
        {"weights": {}},
        {"weights": {"safe": 0}},
        {"weights": {"safe": -1}},
        {"kind": "virtualservice", "weights": {"a": 50}},
    ],
)
async def test_what_makes_no_sense_is_refused(town: Town, wrong: Json) -> None:
    with pytest.raises(NotUnderstoodError):
        town.action("kubernetes_traffic", ROUTE | wrong)


async def test_the_permissions_are_those_that_it_uses(town: Town) -> None:
    town.cluster.add(thing(SERVICE, {"selector": {"app": "agent"}}))
    action = town.action("kubernetes_traffic", PEOPLE)
    plan = await action.plan()
    await action.execute(plan)
    await action.verify(plan)
    assert set(town.calls) == {
        f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)
    }
