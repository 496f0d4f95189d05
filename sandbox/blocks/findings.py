"""Collects what is wrong with a piece of Block Kit, each finding with Slack's JSON pointer to it."""

from collections.abc import Collection, Mapping
from typing import Any


class Findings:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, at: str, text: str) -> None:
        """Note a finding at a JSON pointer."""
        self.messages.append(f"[ERROR] {text} [json-pointer:{at}]")

    def an_object(self, node: object, at: str) -> bool:
        """Note a finding unless the node is a JSON object; whether it is one."""
        if not isinstance(node, Mapping):
            self.add(at, "must be an object")
        return isinstance(node, Mapping)

    def fields(
        self,
        node: Mapping[str, Any],
        at: str,
        *,
        required: Collection[str] = (),
        allowed: Collection[str] = (),
    ) -> None:
        """Note fields that are missing, null or unknown."""
        for name in required:
            if node.get(name) is None:
                self.add(at, f"missing required field: {name}")
        for name in node:
            if name not in required and name not in allowed:
                self.add(at, f"invalid additional property: {name}")

    def string(self, node: Mapping[str, Any], name: str, at: str, *, limit: int, minimum: int = 1) -> None:
        """Note a string field that is too short, too long or no string. An absent one is fine."""
        if name not in node:
            return
        value = node[name]
        if not isinstance(value, str):
            self.add(f"{at}/{name}", "must be a string")
        elif len(value) > limit:
            self.add(f"{at}/{name}", f"must be less than {limit + 1} characters")
        elif len(value) < minimum:
            self.add(f"{at}/{name}", f"must be more than {minimum - 1} characters")

    def a_list(
        self, node: Mapping[str, Any], name: str, at: str, *, limit: int, minimum: int = 1
    ) -> list[Any]:
        """The list in a field, empty with a finding when it is none or has a wrong number of items."""
        value = node.get(name)
        if not isinstance(value, list):
            self.add(f"{at}/{name}", "must be an array")
            return []
        if len(value) > limit:
            self.add(f"{at}/{name}", f"no more than {limit} items allowed")
        elif len(value) < minimum:
            self.add(f"{at}/{name}", f"no fewer than {minimum} items allowed")
        return value

    def flags(self, node: Mapping[str, Any], at: str, *names: str) -> None:
        """Note fields that should be true or false and are something else."""
        for name in names:
            if name in node and not isinstance(node[name], bool):
                self.add(f"{at}/{name}", "must be a boolean")
