"""What is lost when pods end, kept before: the workload's and its pods' manifests, their logs, their metrics pages.

Secrets are never read. One pod that does not answer costs its own log and no more; what is missing is said in a file.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import POD, Json, Place
from commands.base.kubernetes_workload import Workload, WorkloadParams
from incidents.containment import ActionError, Permission

_LOG_BYTES: Final = 2 * 1024 * 1024
_PAGE_BYTES: Final = 1024 * 1024
_AT_ONCE: Final = 8


class SnapshotParams(WorkloadParams):
    """What is kept of a workload before its pods end."""

    log_lines: int = Field(
        5000, ge=0, le=100_000, description="how many of the last lines of each pod's log are kept"
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65_535, description="the port of its pods' metrics page, to keep that too"
    )
    metrics_path: str = Field(
        "metrics", pattern=r"^/?\w[\w.-]*(/\w[\w.-]*)*$", max_length=200, description="the path of that page"
    )


@dataclass(frozen=True)
class _Page:
    file: str
    place: Place
    query: dict[str, str]
    limit: int


async def take(api: KubernetesApi, params: SnapshotParams, workload: Workload) -> dict[str, bytes]:
    """File name -> content. Raises ActionError where the pods can't be listed."""
    found = await api.get(POD.at(params.namespace), {"labelSelector": workload.selector})
    pods = found.get("items") or []
    kept = {f"manifests/{params.place.kind.title.lower()}-{params.place.name}.json": _text(workload.thing)}
    kept |= {f"manifests/pod-{pod['metadata']['name']}.json": _text(pod) for pod in pods}
    gate = asyncio.Semaphore(_AT_ONCE)
    pages = [page for pod in pods for page in _pages(params, pod)]
    return kept | dict(await asyncio.gather(*(_read(api, page, gate) for page in pages)))


def snapshot_permissions(params: SnapshotParams) -> tuple[Permission, ...]:
    """What taking one needs, beside reading the workload."""
    pods = POD.at(params.namespace)
    needed = (pods.permission("list"), POD.at(params.namespace, None, "log").permission("get"))
    proxy = POD.at(params.namespace, None, "proxy").permission("get")
    return (*needed, proxy) if params.metrics_port else needed


def _pages(params: SnapshotParams, pod: Json) -> Iterator[_Page]:
    name, namespace = pod["metadata"]["name"], params.namespace
    states = {one["name"]: one for one in (pod.get("status") or {}).get("containerStatuses") or []}
    for container in pod["spec"]["containers"]:
        here = POD.at(namespace, name, "log")
        query = {"container": container["name"], "tailLines": str(params.log_lines), "timestamps": "true"}
        yield _Page(f"logs/{name}.{container['name']}.log", here, query, _LOG_BYTES)
        if (states.get(container["name"]) or {}).get("restartCount"):
            before = query | {"previous": "true"}
            yield _Page(f"logs/{name}.{container['name']}.previous.log", here, before, _LOG_BYTES)
    if params.metrics_port:
        path = f"proxy/{params.metrics_path.lstrip('/')}"
        there = POD.at(namespace, f"{name}:{params.metrics_port}", path)
        yield _Page(f"metrics/{name}.txt", there, {}, _PAGE_BYTES)


async def _read(api: KubernetesApi, page: _Page, gate: asyncio.Semaphore) -> tuple[str, bytes]:
    async with gate:
        try:
            return page.file, await api.text(page.place, page.query, limit=page.limit)
        except ActionError as error:
            return f"{page.file}.missing.txt", f"{error.failed}\n".encode()


def _text(thing: Json) -> bytes:
    return json.dumps(thing, indent=2, sort_keys=True).encode()
