"""The patches that a cluster takes: JSON Patch, JSON Merge Patch, and strategic merge (lists merged by name)."""

import copy
from typing import Any, Final

from sandbox.kubernetes_answers import Json, RefusalError

_KEYED: Final = frozenset({"containers", "initContainers", "env", "volumes", "imagePullSecrets"})
_ADDING: Final = frozenset({"add", "replace"})


def merged(old: Any, patch: Any, *, strategic: bool = False, field: str = "") -> Any:  # noqa: ANN401 -- JSON
    """The object with a merge patch done to it. Null takes a field away."""
    if strategic and field in _KEYED and isinstance(patch, list) and isinstance(old, list):
        return _merged_lists(old, patch)
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value, strategic=strategic, field=key)
    return result


def _merged_lists(old: list[Json], patch: list[Json]) -> list[Json]:
    result = {one.get("name"): one for one in old}
    for one in patch:
        if one.get("$patch") == "delete":
            result.pop(one.get("name"), None)
        else:
            result[one.get("name")] = merged(result.get(one.get("name")), one, strategic=True)
    return list(result.values())


def json_patched(old: Json, operations: Any) -> Json:  # noqa: ANN401 -- JSON of any shape
    """The object with a JSON Patch done to it: add, remove, replace, test. Raises RefusalError (422)."""
    result = copy.deepcopy(old)
    if not isinstance(operations, list):
        raise RefusalError(400, "a JSON patch is a list of operations")
    for one in operations:
        _operate(result, one)
    return result


def _operate(root: Json, operation: Json) -> None:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
    place: Any = root
    for step in steps[:-1]:
        place = _step(place, step)
    last, what = steps[-1], operation["op"]
    if what in {"test", "remove", "replace"}:
        found = _step(place, last)
        if what == "test" and found != operation.get("value"):
            raise _failed(f"testing value {operation['path']} failed: test failed")
    if what in _ADDING and isinstance(place, dict):
        place[last] = copy.deepcopy(operation["value"])
    elif what == "add" and isinstance(place, list):
        place.insert(len(place) if last == "-" else int(last), copy.deepcopy(operation["value"]))
    elif what == "replace":
        place[int(last)] = copy.deepcopy(operation["value"])
    elif what == "remove":
        del place[last if isinstance(place, dict) else int(last)]
    elif what != "test":
        raise _failed(f"Unexpected kind: {what}")


def _step(place: Any, step: str) -> Any:  # noqa: ANN401 -- JSON of any shape
    try:
        return place[int(step) if isinstance(place, list) else step]
    except (LookupError, ValueError, TypeError):
        raise _failed(f"doc is missing key: {step}: missing value") from None


def _failed(message: str) -> RefusalError:
    return RefusalError(422, f"the server rejected our request due to an error in our request: {message}")
