"""Configuration is changed, read by fresh pods, and brought back: keys of a ConfigMap, and reviewed manifests."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Effect
from incidents.errors import NotUnderstoodError
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_calls import APPLY, Call
from sandbox.kubernetes_kinds import CONFIG_MAP, NETWORK_POLICY, Target
from tests.commands.conftest import KEY, Action, Town

PROD = {"namespace": "prod"}
KEYS = PROD | {"configmap": "agent", "data": {"prompt": "Be safe.", "old": None}, "restart": ["agent"]}
FILE = PROD | {"manifest": "agent/safe.yaml"}
SAFE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: agent, labels: {mode: safe}}
data: {prompt: Be safe., limit: "5"}
"""
NO_EGRESS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: agent-no-egress}
spec: {podSelector: {matchLabels: {app: agent}}, policyTypes: [Egress], egress: []}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "manifests"
    (found / "agent").mkdir(parents=True)
    (found / "agent/safe.yaml").write_text(SAFE)
    (found / "no-egress.yaml").write_text(NO_EGRESS)
    return found


def config(**data: str) -> Json:
    about = {"name": "agent", "namespace": "prod"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": data}


def held(town: Town) -> Json:
    found: Json = town.cluster.store.get(CONFIG_MAP, "prod", "agent")
    return found


async def done(action: Action) -> None:
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified


async def test_keys_are_changed_the_pods_start_anew_and_all_of_it_comes_back(town: Town) -> None:
    town.cluster.add(config(prompt="Be quick.", old="x", kept="y"))
    await town.deploy(replicas=2)
    before = {pod["metadata"]["name"] for pod in town.pods}
    action = town.action("kubernetes_config", KEYS)
    plan = await action.plan()
    assert plan.target == "ConfigMap prod/agent"
    assert [(one.what, one.before, one.after) for one in plan.changes] == [
        ("ConfigMap prod/agent data.old", "x", "not there"),
        ("ConfigMap prod/agent data.prompt", "Be quick.", "Be safe."),
        ("Deployment prod/agent pods", "agent:1", "agent:1, started anew"),
    ]
    assert plan.destroys_evidence
    assert held(town)["data"]["prompt"] == "Be quick."
    await action.execute(plan)
    await action.execute(plan)
    assert held(town)["data"] == {"prompt": "Be safe.", "kept": "y"}
    seen = await action.verify(plan)
    assert seen.evidence == (
        "ConfigMap prod/agent: 2 of 2 fields are wanted",
        "Deployment prod/agent: 2 of 2 pods ready, 0 others there",
    )
    fresh = {pod["metadata"]["name"] for pod in town.pods}
    assert not fresh & before
    assert not (await action.verify_reverted(plan)).verified
    await action.revert(plan)
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert held(town)["data"] == {"prompt": "Be quick.", "old": "x", "kept": "y"}
    assert not fresh & {pod["metadata"]["name"] for pod in town.pods}
    assert town.calls.count("patch configmaps") == 2
    assert town.calls.count("patch deployments") == 2


async def test_what_somebody_else_wrote_meanwhile_is_kept(town: Town) -> None:
    town.cluster.add(config(prompt="Be quick."))
    action = town.action("kubernetes_config", KEYS | {"restart": []})
    plan = await action.plan()
    held_back = town.cluster.faults.add(method="patch configmaps", kind="hold_before")
    going = asyncio.create_task(action.execute(plan))
    await held_back.hit.wait()
    town.cluster.store.change(CONFIG_MAP, held(town), lambda one: one["data"].update(prompt="Be nice."))
    held_back.release()
    with pytest.raises(ChangedMeanwhileError, match=r"data\.prompt is another"):
        await going
    assert held(town)["data"]["prompt"] == "Be nice."


async def test_another_key_changed_meanwhile_does_not_matter(town: Town) -> None:
    town.cluster.add(config(prompt="Be quick."))
    action = town.action("kubernetes_config", KEYS | {"restart": []})
    plan = await action.plan()
    town.cluster.store.change(CONFIG_MAP, held(town), lambda one: one["data"].update(colour="blue"))
    assert plan.holds(await action.plan())
    await action.execute(plan)
    assert held(town)["data"] == {"prompt": "Be safe.", "colour": "blue"}


async def test_drift_after_the_change_is_seen_and_not_overwritten_by_an_undo(town: Town) -> None:
    town.cluster.add(config(prompt="Be quick."))
    action = town.action("kubernetes_config", KEYS | {"restart": []})
    plan = await action.plan()
    await action.execute(plan)
    town.cluster.store.change(CONFIG_MAP, held(town), lambda one: one["data"].update(prompt="Be nice."))
    seen = await action.verify(plan)
    assert not seen.verified
    assert "data.prompt is not" in seen.evidence[0]
    with pytest.raises(ChangedMeanwhileError):
        await action.revert(plan)


async def test_a_restart_that_fails_says_that_the_configuration_is_changed(town: Town) -> None:
    town.cluster.add(config(prompt="Be quick."))
    await town.deploy()
    action = town.action("kubernetes_config", KEYS)
    plan = await action.plan()
    town.cluster.forbidden.add(("patch", "deployments"))
    with pytest.raises(ActionError, match="The configuration is changed; not started anew") as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.PARTIAL
    town.cluster.forbidden.clear()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert town.get()["spec"]["template"]["metadata"]["annotations"]["cordon/run"] == f"{KEY}:config"


async def test_two_long_prompts_that_begin_alike_read_differently(town: Town) -> None:
    town.cluster.add(config(prompt="a" * 500 + "b"))
    given = PROD | {"configmap": "agent", "data": {"prompt": "a" * 500 + "c"}}
    plan = await town.action("kubernetes_config", given).plan()
    assert plan.is_needed
    assert len(plan.changes[0].before) < 300


async def test_an_immutable_one_is_refused_at_planning(town: Town) -> None:
    town.cluster.add(config(prompt="x") | {"immutable": True})
    with pytest.raises(ActionError, match="immutable"):
        await town.action("kubernetes_config", KEYS).plan()


# --- manifests -----------------------------------------------------------------------------------------


async def test_a_manifest_is_applied_read_back_and_taken_back(town: Town, folder: Path) -> None:
    town.cluster.add(config(prompt="Be quick.", kept="y"))
    action = town.action("kubernetes_config", FILE, manifests=str(folder))
    town.cluster.store.change(CONFIG_MAP, held(town), lambda one: one["metadata"].update(labels={"a": "b"}))
    plan = await action.plan()
    assert [(one.what, one.before, one.after) for one in plan.changes] == [
        ("ConfigMap prod/agent data.limit", "not there", "5"),
        ("ConfigMap prod/agent data.prompt", "Be quick.", "Be safe."),
        ("ConfigMap prod/agent metadata.labels.mode", "not there", "safe"),
    ]
    assert held(town)["data"]["prompt"] == "Be quick."
    await action.execute(plan)
    await action.execute(plan)
    assert held(town)["data"] == {"prompt": "Be safe.", "limit": "5", "kept": "y"}
    assert held(town)["metadata"]["labels"] == {"a": "b", "mode": "safe"}
    assert (await action.verify(plan)).evidence == ("ConfigMap prod/agent: 3 of 3 fields are wanted",)
    assert not (await action.plan()).is_needed
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert held(town)["data"] == {"prompt": "Be quick.", "kept": "y"}
    assert held(town)["metadata"]["labels"] == {"a": "b"}
    await done(action)
    patches = [one for one in town.cluster.asked if one.verb == "patch"]
    assert {one.field_manager for one in patches} == {"cordon"}


async def test_one_that_is_not_there_is_made_and_deleted_again(town: Town, folder: Path) -> None:
    given = PROD | {"manifest": "no-egress.yaml", "kind": "networkpolicy"}
    with pytest.raises(ActionError, match="may not make it"):
        await town.action("kubernetes_config", given, manifests=str(folder)).plan()
    action = town.action("kubernetes_config", given | {"creates": True}, manifests=str(folder))
    plan = await action.plan()
    assert plan.changes[0].after == "made from no-egress.yaml"
    assert town.cluster.store.all(NETWORK_POLICY) == []
    assert not (await action.verify(plan)).verified
    for _ in range(2):
        await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert not (await action.verify_reverted(plan)).verified
    for _ in range(2):
        await action.revert(plan)
    assert town.cluster.store.all(NETWORK_POLICY) == []
    assert (await action.verify_reverted(plan)).verified


async def test_a_field_of_another_manager_is_named_with_its_owner(town: Town, folder: Path) -> None:
    by_others(town, prompt="Be quick.")
    with pytest.raises(ActionError, match=r"\.data\.prompt belongs to argocd \(409\)"):
        await town.action("kubernetes_config", FILE, manifests=str(folder)).plan()
    assert held(town)["data"]["prompt"] == "Be quick."


async def test_it_is_taken_over_where_the_action_says_so(town: Town, folder: Path) -> None:
    by_others(town, prompt="Be quick.")
    action = town.action("kubernetes_config", FILE | {"force": True}, manifests=str(folder))
    plan = await action.plan()
    assert "argocd, which may put them back" in plan.warnings[0]
    await action.execute(plan)
    assert (await action.verify(plan)).verified


async def test_an_owner_who_came_after_the_plan_is_respected(town: Town, folder: Path) -> None:
    action = town.action("kubernetes_config", FILE, manifests=str(folder))
    town.cluster.add(config(prompt="Be quick."))
    plan = await action.plan()
    by_others(town, prompt="Be quick.")
    with pytest.raises(ActionError, match="belongs to argocd"):
        await action.execute(plan)


async def test_a_manifest_edited_since_the_plan_is_not_applied(town: Town, folder: Path) -> None:
    town.cluster.add(config(prompt="Be quick."))
    action = town.action("kubernetes_config", FILE, manifests=str(folder))
    plan = await action.plan()
    (folder / "agent/safe.yaml").write_text(SAFE.replace("Be safe.", "Be evil."))
    with pytest.raises(ChangedMeanwhileError, match="is another"):
        await action.execute(plan)


async def test_a_lost_answer_is_in_doubt_and_safe_to_repeat(town: Town, folder: Path) -> None:
    town.cluster.add(config(prompt="Be quick."))
    action = town.action("kubernetes_config", FILE, manifests=str(folder))
    plan = await action.plan()
    town.cluster.faults.add(method="patch configmaps", kind="lost_answer")
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.UNKNOWN
    await action.execute(plan)
    assert (await action.verify(plan)).verified


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("gone.yaml", None, "can't be read"),
        ("list.yaml", "[1, 2]", "not one object"),
        ("two.yaml", SAFE + "---" + SAFE, "not one object"),
        ("tag.yaml", "!!python/object/apply:os.getcwd []", "not one object"),
        ("alias.yaml", SAFE.replace('"5"', '&a "5", more: *a'), "not one object"),
        ("date.yaml", SAFE.replace('"5"', "2026-01-01"), "not one object"),
        ("other.yaml", NO_EGRESS, "no ConfigMap"),
        ("secret.yaml", SAFE.replace("ConfigMap", "Secret"), "no ConfigMap"),
        ("where.yaml", SAFE.replace("{name", "{namespace: dev, name"), "another namespace"),
        ("uid.yaml", SAFE.replace("{name", "{uid: x, name"), "only labels and annotations"),
        ("big.yaml", SAFE + "# " + "x" * 1024 * 1024, "larger than"),
        ("note.txt", SAFE, "is no manifest"),
    ],
)
async def test_what_may_not_be_applied(
    town: Town, folder: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(ActionError, match=said):
        await town.action("kubernetes_config", PROD | {"manifest": name}, manifests=str(folder)).plan()


async def test_links_and_pipes_are_not_read(town: Town, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(SAFE)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.yaml")
    for name in ("link.yaml", "up/outside.yaml", "pipe.yaml"):
        with pytest.raises(ActionError, match=r"can't be read|no plain file"):
            await town.action("kubernetes_config", PROD | {"manifest": name}, manifests=str(folder)).plan()


async def test_without_a_folder_nothing_is_applied(town: Town) -> None:
    with pytest.raises(ActionError, match="No folder of manifests"):
        await town.action("kubernetes_config", FILE).plan()


@pytest.mark.parametrize(
    "wrong",
    [
        {"manifest": "../x.yaml"},
        {"manifest": "a/../../x.yaml"},
        {"manifest": "/etc/x.yaml"},
        {"manifest": "a//x.yaml"},
        {"manifest": "a.yaml", "data": {"x": "y"}},
        {"manifest": "a.yaml", "configmap": "b", "data": {"x": "y"}},
        {"configmap": "a"},
        {"configmap": "a", "data": {"x": "y"}, "force": True},
        {"configmap": "a", "data": {"x": {"env": "Y"}}},
        {"configmap": "a", "data": {"../x": "y"}},
        {"secret": "a", "data": {"x": "plain"}},
        {"secret": "a", "data": {"x": {"env": "Y"}}, "before": {"z": {"env": "Y"}}},
        {"configmap": "a", "data": {"x": "y"}, "restart": ["b", "b"]},
    ],
)
async def test_what_makes_no_sense_is_refused(town: Town, wrong: Json) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        town.action("kubernetes_config", PROD | wrong)
    assert "plain" not in str(caught.value)


@pytest.mark.parametrize("given", [KEYS, FILE | {"creates": True, "restart": ["agent"]}])
async def test_the_permissions_are_those_that_it_uses(town: Town, folder: Path, given: Json) -> None:
    if "configmap" in given:
        town.cluster.add(config(prompt="Be quick."))
    await town.deploy()
    action = town.action("kubernetes_config", given, manifests=str(folder))
    plan = await action.plan()
    await action.command.snapshot(action.params)
    town.cluster.controllers.start_seconds = (
        0.7  # long enough that pods are still starting when they are looked at
    )
    await action.execute(plan)
    await action.verify(plan)
    await action.revert(plan)
    granted = {f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)}
    silently = {"get configmaps", "create configmaps"} if "manifest" in given else set()
    assert set(town.calls) == granted - silently


def by_others(town: Town, **data: str) -> None:
    """Let a GitOps tool apply the ConfigMap."""
    target = Target(CONFIG_MAP, "prod", "agent")
    query = {"fieldManager": "argocd", "force": "true"}
    town.cluster.call(Call("patch", target, query, _json(config(**data)), APPLY))


def _json(thing: Json) -> bytes:
    return json.dumps(thing).encode()
