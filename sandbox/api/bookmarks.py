"""bookmarks.*: the links at the top of a channel."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from sandbox.api.access import joined
from sandbox.api.method import method
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.ids import new_id
from sandbox.workspace import Bookmark, Json

BOOKMARKS_LIMIT = 100


@method("bookmarks.add", tier=2, scope="bookmarks:write")
def add(
    hub: Hub,
    *,
    channel_id: str,
    title: str,
    kind: Annotated[str, Field(alias="type")],
    link: str | None = None,
    emoji: str | None = None,
) -> Json:
    """Add a link."""
    where = joined(hub, channel_id)
    if kind != "link":
        raise ApiError("invalid_bookmark_type")
    if len(where.bookmarks) >= BOOKMARKS_LIMIT:
        raise ApiError("too_many_bookmarks")
    bookmark = Bookmark(
        new_id("Bk"), where.id, _checked_title(title), _checked_link(link), emoji or "", int(hub.clock())
    )
    where.bookmarks[bookmark.id] = bookmark
    hub.changed_channel(where.id)
    return {"bookmark": _described(hub, bookmark)}


@method("bookmarks.edit", tier=2, scope="bookmarks:write")
def edit(
    hub: Hub,
    *,
    bookmark_id: str,
    channel_id: str,
    title: str | None = None,
    link: str | None = None,
    emoji: str | None = None,
) -> Json:
    """Change a bookmark."""
    where = joined(hub, channel_id)
    bookmark = where.bookmarks.get(bookmark_id)
    if bookmark is None:
        raise ApiError("not_found")
    new_title = bookmark.title if title is None else _checked_title(title)
    new_link = bookmark.link if link is None else _checked_link(link)
    new_emoji = bookmark.emoji if emoji is None else emoji
    new = Bookmark(bookmark.id, where.id, new_title, new_link, new_emoji, bookmark.created)
    where.bookmarks[bookmark_id] = new
    hub.changed_channel(where.id)
    return {"bookmark": _described(hub, new)}


@method("bookmarks.remove", tier=2, scope="bookmarks:write")
def remove(hub: Hub, *, bookmark_id: str, channel_id: str, quip_section_id: str | None = None) -> Json:
    """Remove a bookmark."""
    where = joined(hub, channel_id)
    if where.bookmarks.pop(bookmark_id, None) is None:
        raise ApiError("not_found")
    hub.changed_channel(where.id)
    return {}


@method("bookmarks.list", tier=3, scope="bookmarks:read")
def list_all(hub: Hub, *, channel_id: str) -> Json:
    """List a channel's bookmarks."""
    where = joined(hub, channel_id, archived=True)
    return {"bookmarks": [_described(hub, one) for one in where.bookmarks.values()]}


def _checked_title(title: str) -> str:
    if not title.strip():
        raise ApiError("invalid_title")
    return title


def _checked_link(link: str | None) -> str:
    if not link:
        raise ApiError("invalid_link")
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ApiError("invalid_link")
    return link


def _described(hub: Hub, bookmark: Bookmark) -> Json:
    return {
        "id": bookmark.id,
        "channel_id": bookmark.channel,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji,
        "type": "link",
        "date_created": bookmark.created,
        "app_id": hub.workspace.app_id,
    }
