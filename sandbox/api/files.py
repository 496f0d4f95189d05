"""files.*: uploads in two steps, to an address that is given out and then into a channel."""
# ruff: noqa: ARG001 -- arguments of Slack's that change nothing here are accepted all the same

import mimetypes
from pathlib import PurePath
from typing import Any

from sandbox import posts
from sandbox.api.access import joined
from sandbox.api.method import JsonObjects, method
from sandbox.errors import ApiError, invalid_arguments
from sandbox.hub import Hub
from sandbox.ids import new_id
from sandbox.workspace import File, Json


@method("files.getUploadURLExternal", tier=4, scope="files:write")
def get_upload_url(
    hub: Hub, *, filename: str, length: int, alt_txt: str | None = None, snippet_type: str | None = None
) -> Json:
    """Give out an address for a file of so many bytes."""
    if not filename.strip() or length <= 0:
        raise invalid_arguments("filename must not be empty and length must be positive")
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    file = File(new_id("F"), filename, filename, kind, length, hub.workspace.bot_user_id)
    hub.workspace.files[file.id] = file
    return {"upload_url": f"{hub.response_urls.base}upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", tier=4, scope="files:write")
def complete_upload(
    hub: Hub,
    *,
    files: JsonObjects,
    channel_id: str | None = None,
    channels: str | None = None,
    initial_comment: str | None = None,
    thread_ts: str | None = None,
) -> Json:
    """Share what was uploaded; without a channel it stays with the app."""
    found = [_uploaded(hub, one) for one in files]
    if not found:
        raise invalid_arguments("files must not be empty")
    if channel_id is not None:
        where = joined(hub, channel_id)
        details: dict[str, Any] = {"files": [file.id for file in found], "thread_ts": thread_ts}
        posts.post(hub, where, hub.workspace.bot_user_id, initial_comment or "", **details)
    for file in found:
        file.shared = True
    return {"files": [file.described() for file in found]}


def _uploaded(hub: Hub, given: Json) -> File:
    file = hub.workspace.files.get(str(given.get("id")))
    if file is None or file.shared or not file.uploaded:
        raise ApiError("file_not_found")
    title = given.get("title")
    if isinstance(title, str) and title:
        file.title = title
    file.extension = PurePath(file.name).suffix.removeprefix(".")
    return file
