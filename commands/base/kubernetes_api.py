"""The one door to Kubernetes: reads and writes any kind of object, and hides the vendor's package and its exceptions.

It ends at single calls. What an answer means is `kubernetes_answers.py`; waiting is `kubernetes_watch.py`.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import yaml
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import (
    KUBE_CONFIG_DEFAULT_LOCATION,
    ConfigException,
    load_incluster_config,
    load_kube_config,
)

from commands.base.contract import Surroundings
from commands.base.kubernetes_answers import misconfigured, refused, silent, unreachable
from commands.base.kubernetes_conflicts import OwnedElsewhereError, owners_in
from commands.base.kubernetes_connection import KubernetesConnection, read_connection
from commands.base.kubernetes_places import Json, Place
from incidents.containment import ActionError

FIELD_MANAGER: Final = "cordon"
"""Who changed it, as the cluster keeps it."""
_BY_CORDON: Final = {"fieldManager": FIELD_MANAGER}
MERGE_PATCH: Final = "application/merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
STRATEGIC_PATCH: Final = "application/strategic-merge-patch+json"
APPLY: Final = "application/apply-patch+yaml"
_METHODS: Final = {"patch": "PATCH", "update": "PUT", "create": "POST", "delete": "DELETE"}
_OK: Final = range(200, 300)
_CONFLICT: Final = 409
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@dataclass(frozen=True)
class _Call:
    verb: str
    place: Place
    query: Mapping[str, str] | None = None
    body: Json | list[Json] | None = None
    content_type: str = "application/json"


class KubernetesApi:
    """A connection to the one cluster that cordon.yaml names. Opened by the first call; `close` it."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Open nothing yet."""
        self._connections = surroundings.connections
        self._client: ApiClient | None = None
        self._opening = asyncio.Lock()

    @property
    def connection(self) -> KubernetesConnection:
        """Its part of cordon.yaml. Raises ActionError where that is wrong."""
        return read_connection(self._connections)

    async def get(self, place: Place, query: Mapping[str, str] | None = None) -> Json:
        """An object, or a list of them. Raises ActionError."""
        return await self._json(_Call("get" if place.name else "list", place, query))

    async def patch(
        self, place: Place, body: Json | list[Json], content_type: str = MERGE_PATCH, **query: str
    ) -> Json:
        """Change an object; give `metadata.resourceVersion` to have it refused when somebody else was faster.

        Raises:
            ChangedMeanwhileError: it was.
            ActionError: it did not work, or nobody knows.
        """
        asked = _BY_CORDON | query
        return await self._json(_Call("patch", place, asked, body, content_type))

    async def put(self, place: Place, body: Json) -> Json:
        """Replace an object. Raises as `patch`."""
        return await self._json(_Call("update", place, _BY_CORDON, body))

    async def post(self, place: Place, body: Json) -> Json:
        """Make an object. Raises ChangedMeanwhileError when one of this name is there, else as `patch`."""
        return await self._json(_Call("create", place, _BY_CORDON, body))

    async def delete(self, place: Place, uid: str | None = None) -> Json:
        """Delete an object, only this very one when its uid is given. Raises as `patch`."""
        body: Json = {"apiVersion": "v1", "kind": "DeleteOptions"}
        only = {"preconditions": {"uid": uid}} if uid else {}
        return await self._json(_Call("delete", place, body=body | only))

    async def text(self, place: Place, query: Mapping[str, str] | None = None, *, limit: int) -> bytes:
        """A page of plain text, such as a log, at most `limit` bytes of it. Raises ActionError."""
        async with self._answer(_Call("get", place, query), self._timeout) as answer:
            kept = bytearray()
            async for piece in answer.content.iter_chunked(65_536):
                kept += piece
                if len(kept) >= limit:
                    break
            return bytes(kept[:limit])

    async def watch(
        self, place: Place, query: Mapping[str, str], *, idle: float
    ) -> AsyncGenerator[Json, None]:
        """The changes of a list as they come, until the server ends it.

        Args:
            place: the list.
            query: the selectors, and the resourceVersion to begin after.
            idle: seconds of silence after which the connection is held for dead.

        Raises:
            ActionError: temporary where it broke; the server's ERROR events come as they are.
        """
        limit = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout.total, sock_read=idle)
        asked = {"watch": "true", "allowWatchBookmarks": "true", **query}
        async with self._answer(_Call("watch", place, asked), limit) as answer:
            async for line in answer.content:
                yield json.loads(line)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    @property
    def _timeout(self) -> aiohttp.ClientTimeout:
        """A connection that fails before the whole time is over is known not to have carried the request."""
        total = self.connection.timeout_seconds
        return aiohttp.ClientTimeout(total=total, sock_connect=total * 0.8)

    async def _json(self, call: _Call) -> Json:
        async with self._answer(call, self._timeout) as answer:
            read = json.loads(await answer.read())
        if not isinstance(read, dict):
            raise silent(call.verb, call.place, "its answer is no object")
        return read

    @contextlib.asynccontextmanager
    async def _answer(
        self, call: _Call, limit: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The open answer to one call; every way in which it can go wrong leaves as an ActionError."""
        verb, place = call.verb, call.place
        client = await self._opened()
        answer: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(self._timeout.total if limit.total is None else None):
                answer = await _send(client, call, limit)
            if answer.status not in _OK:
                raise await _refusal(call, answer)
            yield answer
        except _NOT_SENT:
            raise unreachable(verb, place) from None
        except TimeoutError:
            raise silent(verb, place, "the API server did not answer in time") from None
        except (aiohttp.ClientError, OSError):
            raise silent(verb, place, "the connection to the API server broke") from None
        except ValueError:
            raise silent(verb, place, "the answer of the API server can't be read") from None
        finally:
            if answer is not None:
                answer.close()

    async def _opened(self) -> ApiClient:
        async with self._opening:
            if self._client is None:
                self._client = ApiClient(await _configured(self.connection))
            return self._client


async def _send(client: ApiClient, call: _Call, limit: aiohttp.ClientTimeout) -> aiohttp.ClientResponse:
    method, url, headers, body, _ = await client.param_serialize(
        _METHODS.get(call.verb, "GET"),
        call.place.path,
        query_params=list((call.query or {}).items()),
        header_params={"Accept": "application/json, */*", "Content-Type": call.content_type},
        body=call.body,
        auth_settings=["BearerToken"],
    )
    sent = await client.call_api(method, url, headers, body, _request_timeout=limit)
    answer: aiohttp.ClientResponse = sent.response
    return answer


async def _refusal(call: _Call, answer: aiohttp.ClientResponse) -> ActionError:
    applied = answer.status == _CONFLICT and call.content_type == APPLY
    if applied and (owners := owners_in(await answer.read())):
        return OwnedElsewhereError(call.place, owners)
    return refused(call.verb, call.place, answer.status)


async def _configured(connection: KubernetesConnection) -> Any:  # noqa: ANN401 -- the vendor's, untyped
    """The vendor's configuration. Its own messages can quote the file, tokens and all, so none is passed on."""
    configuration = Configuration(retries=None)
    named = str(connection.kubeconfig) if connection.kubeconfig else None
    found = named or next(filter(_there, KUBE_CONFIG_DEFAULT_LOCATION.split(":")), None)
    try:
        if found is None:
            load_incluster_config(client_configuration=configuration)
        else:
            await load_kube_config(
                config_file=named,
                context=connection.context,
                client_configuration=configuration,
                persist_config=False,
            )
    except (ConfigException, yaml.YAMLError, OSError, LookupError, TypeError, ValueError, AttributeError):
        raise _unusable(connection, found) from None
    return configuration


def _unusable(connection: KubernetesConnection, found: str | None) -> Exception:
    if found is None:
        return misconfigured(
            "There is no way to Kubernetes: no kubeconfig was found, and Cordon does not run in a cluster.",
            "Name a file in connections.kubernetes.kubeconfig of cordon.yaml, or in KUBECONFIG.",
        )
    context = f" with the context {connection.context}" if connection.context else ""
    return misconfigured(
        f"The kubeconfig {found}{context} can't be used: it is missing or incomplete.",
        "Try the same file with kubectl; then correct connections.kubernetes in cordon.yaml.",
    )


def _there(path: str) -> bool:
    return bool(path) and Path(path).expanduser().exists()
