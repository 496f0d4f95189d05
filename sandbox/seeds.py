"""The people, groups and channels that a new workspace begins with."""

from collections.abc import Callable

from sandbox.ids import new_id
from sandbox.workspace import Channel, User, Usergroup, Workspace

_PEOPLE = (
    ("ann", "Ann Ruiz", "Europe/Madrid", "d14b7a"),
    ("bob", "Bob Okafor", "Africa/Lagos", "2f7d6b"),
    ("cyd", "Cyd Lindqvist", "Europe/Stockholm", "7a5cc9"),
    ("dee", "Dee Park", "America/Los_Angeles", "b8681a"),
    ("eli", "Eli Novak", "Europe/Prague", "3d6fb5"),
    ("fay", "Fay Osei", "Africa/Accra", "6b7280"),
)
_GUESTS = {"eli"}
_DEACTIVATED = {"fay"}
_GROUPS = (
    ("oncall", "On call", ("bob", "cyd")),
    ("safety", "Safety", ("cyd", "dee")),
    ("leads", "Leads", ("dee",)),
)


def new_workspace(app_name: str, clock: Callable[[], float]) -> Workspace:
    """A workspace with its first people, user groups and channels, the app's bot among them."""
    bot = User(new_id("U"), app_name.lower().replace(" ", "-"), app_name, is_bot=True, color="111827")
    workspace = Workspace(new_id("T"), new_id("A"), new_id("B"), bot.id)
    people = [_person(*row) for row in _PEOPLE]
    workspace.users = {user.id: user for user in (bot, *people)}
    ids = {user.name: user.id for user in people}
    groups = [
        Usergroup(new_id("S"), handle, name, [ids[one] for one in names]) for handle, name, names in _GROUPS
    ]
    workspace.usergroups = {group.id: group for group in groups}
    active = [user.id for user in (bot, *people) if not user.deleted]
    staff = [one for one in active if not workspace.users[one].is_restricted]
    now = int(clock())
    first = [
        Channel(new_id("C"), "general", created=now, creator=ids["ann"], members=active, is_general=True),
        Channel(new_id("C"), "safety-incidents", created=now, creator=ids["ann"], members=staff),
    ]
    workspace.channels = {channel.id: channel for channel in first}
    return workspace


def _person(name: str, real_name: str, tz: str, color: str) -> User:
    email = f"{name}@example.com"
    return User(
        new_id("U"),
        name,
        real_name,
        email,
        tz,
        color,
        is_restricted=name in _GUESTS,
        deleted=name in _DEACTIVATED,
    )
