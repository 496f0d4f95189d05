"""Every Web API method that this workspace knows, by name."""

from sandbox.api import auth, bookmarks, chat, conversations, files, history, marks, membership, people, views
from sandbox.api.method import Method

_FAMILIES = (auth, bookmarks, chat, conversations, files, history, marks, membership, people, views)

METHODS = {
    found.name: found for family in _FAMILIES for found in vars(family).values() if isinstance(found, Method)
}
