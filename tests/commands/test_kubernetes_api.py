"""The door to Kubernetes: how it is found, and that what goes wrong there gives no secret away."""

from pathlib import Path

import pytest

from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import CONFIG_MAP, DEPLOYMENT, POD, Kind, selector_text
from incidents.containment import ActionError, ChangedMeanwhileError
from tests.commands.conftest import Town

ROUTE = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
SETTINGS = CONFIG_MAP.at("prod", "settings")
BODY = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}


async def test_things_of_any_kind_are_made_read_replaced_and_deleted(town: Town) -> None:
    api = KubernetesApi(town.surroundings())
    for kind, api_version in ((CONFIG_MAP, "v1"), (ROUTE, "gateway.networking.k8s.io/v1")):
        place = kind.at("prod", "one")
        body = {"apiVersion": api_version, "kind": kind.title, "metadata": {"name": "one"}}
        made = await api.post(kind.at("prod"), body)
        assert (await api.get(place))["metadata"]["uid"] == made["metadata"]["uid"]
        await api.put(place, made | {"data": {"b": "2"}})
        with pytest.raises(ChangedMeanwhileError):
            await api.put(place, made | {"data": {"b": "3"}})
        with pytest.raises(ChangedMeanwhileError):
            await api.post(kind.at("prod"), body)
        with pytest.raises(ChangedMeanwhileError):
            await api.delete(place, uid="another")
        await api.delete(place, uid=made["metadata"]["uid"])
        assert (await api.get(kind.at("prod")))["items"] == []
    await api.close()


async def test_a_wrong_section_is_named_without_its_values(town: Town) -> None:
    api = KubernetesApi(town.surroundings(timeout_seconds="hunter2"))
    with pytest.raises(
        ActionError, match=r"connections\.kubernetes in cordon\.yaml is wrong: timeout_seconds"
    ) as e:
        await api.get(SETTINGS)
    assert "hunter2" not in str(e.value)


@pytest.mark.parametrize(
    "text", ["", "users: [", "clusters: []", '{"users": [{"name": "x", "user": {"token": "hunter2"}}]}', "[]"]
)
async def test_a_kubeconfig_that_is_no_good_gives_nothing_away(town: Town, tmp_path: Path, text: str) -> None:
    broken = tmp_path / "broken"
    broken.write_text(text)
    api = KubernetesApi(town.surroundings(kubeconfig=str(broken)))
    with pytest.raises(ActionError, match=r"The kubeconfig .*broken can't be used") as caught:
        await api.get(SETTINGS)
    assert "hunter2" not in str(caught.value)


async def test_a_kubeconfig_that_is_not_there_is_said(town: Town, tmp_path: Path) -> None:
    api = KubernetesApi(town.surroundings(kubeconfig=str(tmp_path / "none")))
    with pytest.raises(ActionError, match="missing or incomplete"):
        await api.get(SETTINGS)


async def test_a_context_that_is_not_there_is_said(town: Town) -> None:
    api = KubernetesApi(town.surroundings(context="prod-eu"))
    with pytest.raises(ActionError, match="with the context prod-eu can't be used"):
        await api.get(SETTINGS)


async def test_a_page_of_text_is_cut_at_its_limit(town: Town) -> None:
    await town.deploy(replicas=1)
    name = town.pods[0]["metadata"]["name"]
    town.cluster.logs["prod", name] = "x" * 100_000
    api = KubernetesApi(town.surroundings())
    assert await api.text(POD.at("prod", name, "log"), limit=1000) == b"x" * 1000
    assert (await api.get(POD.at("prod", name)))["metadata"]["name"] == name
    await api.close()


def test_names_can_t_lead_out_of_their_path() -> None:
    assert DEPLOYMENT.at("prod", "a/../b").path == "/apis/apps/v1/namespaces/prod/deployments/a%2F..%2Fb"


def test_selectors_are_written_as_the_api_takes_them() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
    ]
    selector = {"matchLabels": {"app": "agent"}, "matchExpressions": expressions}
    assert selector_text(selector) == "app=agent,tier in (a,b),!old"


def test_a_permission_knows_no_name_where_rbac_knows_none() -> None:
    assert POD.at("prod").permission("list").name is None
    assert DEPLOYMENT.at("prod", "agent").permission("get").name == "agent"
    assert DEPLOYMENT.at("prod", "agent", "scale").permission("patch").resource == "deployments/scale"
