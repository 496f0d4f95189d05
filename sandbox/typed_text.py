"""What becomes of text that a person types: marks are escaped, names become mentions."""

import re

from sandbox.workspace import Workspace


def escaped(text: str) -> str:
    """Slack's escaping of the three marks that would mean something."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_message(workspace: Workspace, text: str) -> str:
    """A typed message as it is stored: escaped, with @names and #channels as mentions."""
    return _with_mentions(workspace, escaped(text), labels=False)


def as_command(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """A slash command's text as it is sent; @names are mentions where the manifest says `should_escape`."""
    return _with_mentions(workspace, escaped(text), labels=True) if should_escape else escaped(text)


def _with_mentions(workspace: Workspace, text: str, *, labels: bool) -> str:
    def person(match: re.Match[str]) -> str:
        name = match[1]
        found = next((one for one in workspace.users.values() if one.name == name), None)
        if found is not None:
            return f"<@{found.id}|{name}>" if labels else f"<@{found.id}>"
        group = next((one for one in workspace.usergroups.values() if one.handle == name), None)
        if group is not None:
            return f"<!subteam^{group.id}|@{name}>" if labels else f"<!subteam^{group.id}>"
        return f"<!{name}>" if name in {"here", "channel", "everyone"} else match[0]

    def channel(match: re.Match[str]) -> str:
        found = workspace.named(match[1])
        if found is None or found.is_private:
            return match[0]
        return f"<#{found.id}|{found.name}>" if labels else f"<#{found.id}>"

    text = re.sub(r"(?<![\w|])@([\w-]+)", person, text)
    return re.sub(r"(?<![\w&|])#([\w-]+)", channel, text)
