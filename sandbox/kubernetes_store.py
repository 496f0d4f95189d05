"""What the local cluster keeps: objects with their versions, and the history that watches are fed from."""

import copy
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from sandbox.changes import Change, Changes
from sandbox.kubernetes_answers import Json, RefusalError, conflict, not_found
from sandbox.kubernetes_kinds import Kind
from sandbox.kubernetes_selectors import Matches

_T = TypeVar("_T")
_Key = tuple[str, str, str | None, str]


@dataclass(frozen=True)
class Event:
    """One change: the object after it, and before it where there was one."""

    version: int
    kind: Kind
    happened: Literal["ADDED", "MODIFIED", "DELETED"]
    after: Json
    before: Json | None

    def seen_through(self, matches: Matches) -> Json | None:
        """The watch event for somebody who sees only what matches; None when it is none of theirs."""
        now = self.happened != "DELETED" and matches(self.after)
        earlier = self.before is not None and matches(self.before)
        if not now and not earlier:
            return None
        how = "DELETED" if not now else ("MODIFIED" if earlier else "ADDED")
        return {"type": how, "object": self.after}


class Store:
    """All objects. What it gives out are copies; what it is given it keeps as a copy."""

    def __init__(self) -> None:
        self.version = 1000
        self.history: list[Event] = []
        self.forgotten = 0
        self.changes = Changes()
        self._objects: dict[_Key, Json] = {}

    def get(self, kind: Kind, namespace: str | None, name: str) -> Json:
        """An object. Raises RefusalError (404)."""
        found = self._objects.get(_key(kind, namespace, name))
        if found is None:
            raise not_found(kind.title, name)
        return copy.deepcopy(found)

    def all(self, kind: Kind, namespace: str | None = None, matches: Matches | None = None) -> list[Json]:
        """The objects of a kind, in one namespace or in all."""
        return [
            copy.deepcopy(one)
            for (group, plural, where, _), one in sorted(self._objects.items(), key=lambda pair: str(pair[0]))
            if (group, plural) == (kind.group, kind.plural)
            and namespace in (None, where)
            and (matches is None or matches(one))
        ]

    def create(self, kind: Kind, namespace: str | None, thing: Json) -> Json:
        """Keep a new object. Raises RefusalError (409) when the name is taken."""
        thing = copy.deepcopy(thing)
        about = thing.setdefault("metadata", {})
        if not about.get("name"):
            about["name"] = about.get("generateName", "object-") + uuid.uuid4().hex[:5]
        if _key(kind, namespace, about["name"]) in self._objects:
            raise RefusalError(409, f'{kind.title} "{about["name"]}" already exists', "AlreadyExists")
        about |= {"uid": str(uuid.uuid4()), "creationTimestamp": moment()}
        about |= {"namespace": namespace} if namespace else {}
        about |= {"generation": 1} if kind.is_workload else {}
        thing |= {"apiVersion": kind.api_version, "kind": kind.kind}
        return self._keep(kind, namespace, thing, None)

    def update(self, kind: Kind, namespace: str | None, thing: Json) -> Json:
        """Keep a changed object; its resourceVersion, where it has one, must be the newest. Raises RefusalError."""
        name = thing["metadata"]["name"]
        before = self.get(kind, namespace, name)
        given = thing["metadata"].get("resourceVersion")
        if given not in (None, "", before["metadata"]["resourceVersion"]):
            raise conflict(kind.title, name)
        thing = copy.deepcopy(thing)
        fixed = {key: before["metadata"][key] for key in ("uid", "creationTimestamp", "resourceVersion")}
        thing["metadata"] |= fixed | ({"generation": _generation(before, thing)} if kind.is_workload else {})
        if thing == before:
            return before
        return self._keep(kind, namespace, thing, before)

    def change(self, kind: Kind, thing: Json, edit: Callable[[Json], None]) -> Json:
        """Edit the newest version of an object in place."""
        about = thing["metadata"]
        newest = self.get(kind, about.get("namespace"), about["name"])
        edit(newest)
        return self.update(kind, about.get("namespace"), newest)

    def delete(self, kind: Kind, namespace: str | None, name: str) -> Json:
        """Forget an object at once. Raises RefusalError (404)."""
        before = self.get(kind, namespace, name)
        del self._objects[_key(kind, namespace, name)]
        after = copy.deepcopy(before)
        self.version += 1
        after["metadata"]["resourceVersion"] = str(self.version)
        self._tell(Event(self.version, kind, "DELETED", after, before))
        return after

    def compact(self) -> None:
        """Forget the history: watches that begin before now are told 410."""
        self.forgotten = self.version
        self.history.clear()
        self.changes.announce(Change("call"))

    async def until(self, predicate: Callable[[], _T], *, timeout: float = 10) -> _T:  # noqa: ASYNC109 -- as Sandbox's
        """Wait until the predicate gives something true; asked after every change. Raises TimeoutError."""
        return await self.changes.until(predicate, timeout=timeout)

    def _keep(self, kind: Kind, namespace: str | None, thing: Json, before: Json | None) -> Json:
        self.version += 1
        thing["metadata"]["resourceVersion"] = str(self.version)
        self._objects[_key(kind, namespace, thing["metadata"]["name"])] = thing
        kept = copy.deepcopy(thing)
        self._tell(Event(self.version, kind, "MODIFIED" if before else "ADDED", kept, before))
        return copy.deepcopy(thing)

    def _tell(self, event: Event) -> None:
        self.history.append(event)
        self.changes.announce(Change("call"))


def moment() -> str:
    """Now, as objects write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _key(kind: Kind, namespace: str | None, name: str) -> _Key:
    return kind.group, kind.plural, namespace, name


def _generation(before: Json, after: Json) -> Any:  # noqa: ANN401 -- a number in JSON
    older: int = before["metadata"].get("generation", 1)
    return older + (before.get("spec") != after.get("spec"))
