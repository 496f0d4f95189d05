"""A local Slack workspace with a web page, so that everything can be tried and tested without an account."""

from sandbox.deliveries import Ack, Delivery
from sandbox.errors import NotPossibleError, NotVisibleError
from sandbox.faults import Fault, Faults
from sandbox.hub import Call
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.workspace import Channel, Message, User, Usergroup, View, Workspace

__all__ = [
    "Ack",
    "Call",
    "Channel",
    "Delivery",
    "Fault",
    "Faults",
    "Message",
    "NotPossibleError",
    "NotVisibleError",
    "Person",
    "Sandbox",
    "User",
    "Usergroup",
    "View",
    "Workspace",
]
