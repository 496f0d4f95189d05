"""The local cluster answers as a Kubernetes API server is documented to, as far as it goes."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.kubernetes import KubernetesSandbox, deployment
from sandbox.kubernetes_kinds import DEPLOYMENT, ENDPOINT_SLICE, ENDPOINTS, POD, REPLICA_SET

Answer = tuple[int, dict[str, Any]]
Send = Callable[..., Coroutine[None, None, Answer]]
MAPS = "/api/v1/namespaces/prod/configmaps"
AGENT = "/apis/apps/v1/namespaces/prod/deployments/agent"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"


@pytest.fixture
async def cluster() -> AsyncIterator[KubernetesSandbox]:
    one = KubernetesSandbox()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def http(cluster: KubernetesSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {cluster.token}"}
    async with aiohttp.ClientSession(cluster.url, headers=headers) as session:
        yield session


@pytest.fixture
def send(http: aiohttp.ClientSession) -> Send:
    async def request(method: str, path: str, body: object = None, how: str = "application/json") -> Answer:
        data = None if body is None else json.dumps(body)
        async with http.request(method, path, data=data, headers={"Content-Type": how}) as answer:
            return answer.status, await answer.json()

    return request


def config_map(name: str = "one", **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


async def ready(cluster: KubernetesSandbox, wanted: int, image: str = "agent:1") -> None:
    def is_ready() -> bool:
        pods = cluster.store.all(POD)
        images = {pod["spec"]["containers"][0]["image"] for pod in pods}
        status = cluster.store.get(DEPLOYMENT, "prod", "agent").get("status") or {}
        return len(pods) == wanted == status.get("readyReplicas") and images <= {image}

    await cluster.until(is_ready)


async def test_a_stranger_is_sent_away(cluster: KubernetesSandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(cluster.url + MAPS) as answer:
        assert (answer.status, (await answer.json())["reason"]) == (401, "Unauthorized")


async def test_what_it_does_not_know_is_not_found(send: Send) -> None:
    for path in ("/", "/api", "/apis/nothing/v1/things", MAPS + "/none", AGENT + "/nothing"):
        code, body = await send("GET", path)
        assert (code, body["reason"]) == (404, "NotFound"), path


async def test_objects_are_made_listed_and_deleted(send: Send) -> None:
    code, made = await send("POST", MAPS, config_map(a="1"))
    assert (code, made["metadata"]["namespace"]) == (201, "prod")
    assert (await send("POST", MAPS, config_map()))[1]["reason"] == "AlreadyExists"
    await send("POST", MAPS, {**config_map("two"), "metadata": {"name": "two", "labels": {"app": "x"}}})
    for selector, names in (
        ("app=x", ["two"]),
        ("app!=x", ["one"]),
        ("app in (x, y)", ["two"]),
        ("!app", ["one"]),
    ):
        _, found = await send("GET", f"{MAPS}?labelSelector={selector}")
        assert [one["metadata"]["name"] for one in found["items"]] == names, selector
    assert (await send("DELETE", f"{MAPS}/one", {}))[0] == 200
    assert (await send("GET", f"{MAPS}/one"))[0] == 404


async def test_an_old_version_is_refused(send: Send) -> None:
    _, made = await send("POST", MAPS, config_map(a="1"))
    assert (await send("PUT", f"{MAPS}/one", made | {"data": {"a": "2"}}))[0] == 200
    code, body = await send("PUT", f"{MAPS}/one", made | {"data": {"a": "3"}})
    assert (code, body["reason"]) == (409, "Conflict")


async def test_patches_of_each_kind(send: Send) -> None:
    await send("POST", MAPS, config_map(a="1", b="2"))
    path = f"{MAPS}/one"
    _, merged = await send("PATCH", path, {"data": {"a": None, "c": "3"}}, MERGE)
    assert merged["data"] == {"b": "2", "c": "3"}
    operations = [
        {"op": "test", "path": "/data/b", "value": "2"},
        {"op": "replace", "path": "/data/b", "value": "5"},
    ]
    _, patched = await send("PATCH", path, operations, "application/json-patch+json")
    assert patched["data"] == {"b": "5", "c": "3"}
    assert (await send("PATCH", path, operations, "application/json-patch+json"))[0] == 422
    assert (await send("PATCH", path, {}, "text/plain"))[0] == 415


async def test_applying_keeps_to_its_own_fields_and_tells_of_conflicts(send: Send) -> None:
    path = f"{MAPS}/one?fieldManager="
    assert (await send("PATCH", path + "ci", config_map(a="1", b="2"), APPLY))[0] == 201
    code, body = await send("PATCH", path + "cordon", config_map(a="9"), APPLY)
    assert (code, body["details"]["causes"][0]["field"]) == (409, ".data.a")
    _, forced = await send("PATCH", path + "cordon&force=true", config_map(a="9"), APPLY)
    assert forced["data"] == {"a": "9", "b": "2"}
    _, without = await send("PATCH", path + "ci", config_map(), APPLY)
    assert without["data"] == {"a": "9"}


async def test_a_deployment_gets_its_pods_and_loses_them(cluster: KubernetesSandbox, send: Send) -> None:
    cluster.add(deployment("agent", replicas=3))
    await ready(cluster, 3)
    scale = {"spec": {"replicas": 0}}
    code, body = await send("PATCH", AGENT + "/scale", scale, MERGE)
    assert (code, body["kind"], body["spec"]) == (200, "Scale", {})
    await ready(cluster, 0)


async def test_a_scale_at_an_old_version_is_refused(cluster: KubernetesSandbox, send: Send) -> None:
    made = cluster.add(deployment("agent"))
    await ready(cluster, 3)
    old = {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}, "spec": {"replicas": 1}}
    assert (await send("PATCH", AGENT + "/scale", old, MERGE))[0] == 409


async def test_a_release_makes_a_revision_and_a_return_raises_the_old_one_s_number(
    cluster: KubernetesSandbox, send: Send
) -> None:
    cluster.add(deployment("agent", replicas=2))
    await ready(cluster, 2)
    for image in ("agent:2", "agent:1"):
        patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}}
        await send("PATCH", AGENT, patch, "application/strategic-merge-patch+json")
        await ready(cluster, 2, image)
    numbers = {
        one["spec"]["template"]["spec"]["containers"][0]["image"]: one["metadata"]["annotations"]
        for one in cluster.store.all(REPLICA_SET)
    }
    assert {image: marks["deployment.kubernetes.io/revision"] for image, marks in numbers.items()} == {
        "agent:1": "3",
        "agent:2": "2",
    }


async def test_an_image_that_does_not_start_leaves_the_old_pods(
    cluster: KubernetesSandbox, send: Send
) -> None:
    cluster.controllers.broken_images.add("agent:2")
    cluster.add(deployment("agent", replicas=1))
    await ready(cluster, 1)
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "agent:2"}]}}}}
    await send("PATCH", AGENT, patch, "application/strategic-merge-patch+json")
    await cluster.until(lambda: "ImagePullBackOff" in json.dumps(cluster.store.all(POD)))
    assert len(cluster.store.all(POD)) == 2


async def test_what_belongs_to_a_deleted_deployment_goes_too(cluster: KubernetesSandbox, send: Send) -> None:
    cluster.add(deployment("agent"))
    await ready(cluster, 3)
    await send("DELETE", AGENT, {})
    await cluster.until(lambda: not cluster.store.all(POD) and not cluster.store.all(REPLICA_SET))


async def test_a_service_leads_to_the_pods_that_are_ready(cluster: KubernetesSandbox) -> None:
    spec = {"selector": {"app": "agent"}, "ports": [{"port": 80}]}
    cluster.add(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "prod"}, "spec": spec}
    )
    cluster.add(deployment("agent", replicas=2))
    await ready(cluster, 2)

    def leads_to_both() -> bool:
        [points], [slices] = cluster.store.all(ENDPOINTS), cluster.store.all(ENDPOINT_SLICE)
        return len(points["subsets"][0]["addresses"]) == len(slices["endpoints"]) == 2

    await cluster.until(leads_to_both)


async def test_a_watch_tells_what_happens_through_its_selector(
    cluster: KubernetesSandbox, http: aiohttp.ClientSession, send: Send
) -> None:
    _, found = await send("GET", MAPS)
    version = found["metadata"]["resourceVersion"]
    cluster.watches.bookmark_seconds = 0.05
    query = f"?watch=true&labelSelector=app=x&resourceVersion={version}&allowWatchBookmarks=true"
    async with http.get(MAPS + query) as answer:
        labelled = {**config_map(), "metadata": {"name": "one", "labels": {"app": "x"}}}
        await send("POST", MAPS, labelled)
        assert json.loads(await answer.content.readline())["type"] == "ADDED"
        await send("PATCH", f"{MAPS}/one", {"metadata": {"labels": {"app": "y"}}}, MERGE)
        seen = json.loads(await answer.content.readline())
        while seen["type"] == "BOOKMARK":
            seen = json.loads(await answer.content.readline())
        assert seen["type"] == "DELETED"
        bookmark = json.loads(await answer.content.readline())
        assert bookmark["type"] == "BOOKMARK"
        assert int(bookmark["object"]["metadata"]["resourceVersion"]) == cluster.store.version


async def test_a_watch_from_what_is_forgotten_is_told_so(
    cluster: KubernetesSandbox, http: aiohttp.ClientSession, send: Send
) -> None:
    _, found = await send("GET", MAPS)
    await send("POST", MAPS, config_map())
    cluster.store.compact()
    version = found["metadata"]["resourceVersion"]
    async with http.get(f"{MAPS}?watch=true&resourceVersion={version}") as answer:
        seen = json.loads(await answer.content.readline())
    assert (seen["type"], seen["object"]["code"]) == ("ERROR", 410)


async def test_a_watch_can_be_cut(cluster: KubernetesSandbox, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{MAPS}?watch=true&resourceVersion={cluster.store.version}") as answer:
        cluster.watches.cut()
        with pytest.raises(aiohttp.ClientError):
            await answer.content.read()


async def test_a_refused_verb_is_refused_and_reviewed_as_such(cluster: KubernetesSandbox, send: Send) -> None:
    cluster.forbidden.add(("list", "configmaps"))
    assert (await send("GET", MAPS))[1]["reason"] == "Forbidden"
    allowed = []
    for verb in ("list", "get"):
        asked = {"resourceAttributes": {"verb": verb, "resource": "configmaps", "namespace": "prod"}}
        body = {"apiVersion": "authorization.k8s.io/v1", "spec": asked}
        _, review = await send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)
        allowed.append(review["status"]["allowed"])
    assert allowed == [False, True]


async def test_trouble_is_as_ordered(cluster: KubernetesSandbox, send: Send) -> None:
    cluster.faults.add(method="list configmaps", kind="error", code="503")
    cluster.faults.add(method="create configmaps", kind="lost_answer")
    assert (await send("GET", MAPS))[0] == 503
    assert (await send("GET", MAPS))[0] == 200
    with pytest.raises(aiohttp.ClientError):
        await send("POST", MAPS, config_map())
    assert (await send("GET", f"{MAPS}/one"))[0] == 200


async def test_a_secret_s_plain_texts_are_encoded(send: Send) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "v"}}
    _, made = await send("POST", "/api/v1/namespaces/prod/secrets", secret)
    assert made["data"] == {"k": "dg=="}


async def test_the_kubeconfig_is_for_its_owner_alone(cluster: KubernetesSandbox, tmp_path: Path) -> None:
    path = cluster.write_kubeconfig(tmp_path / "config")
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["clusters"][0]["cluster"]["server"] == cluster.url
