"""From a name in `connections.flags` to the provider behind it. A new provider is a file and its lines here."""

from typing import Annotated

from pydantic import Field, RootModel

from commands.base import connections
from commands.base.contract import Surroundings
from commands.base.flag_flagd import Flagd, FlagdConnection
from commands.base.flag_launchdarkly import LaunchDarkly, LaunchDarklyConnection
from commands.base.flag_provider import FlagProvider
from commands.base.flag_unleash import Unleash, UnleashConnection
from commands.base.masking import quoted


class _Connection(
    RootModel[
        Annotated[
            UnleashConnection | LaunchDarklyConnection | FlagdConnection, Field(discriminator="provider")
        ]
    ]
):
    """One of the kinds."""


def provider(
    surroundings: Surroundings, name: str, *, project: str | None = None, environment: str | None = None
) -> FlagProvider:
    """The provider of this name.

    Args:
        surroundings: where the connections stand.
        name: the key under `connections.flags`.
        project: instead of the connection's own.
        environment: instead of the connection's own.

    Raises:
        ActionError: there is none, or it is configured wrongly.
    """
    known = surroundings.connections.get("flags") or {}
    if name not in known:
        raise connections.misconfigured(
            f"There is no connections.flags.{quoted(name)}. There are: {', '.join(known) or 'none'}."
        )
    found = connections.read(surroundings, _Connection, "flags", name).root
    if isinstance(found, FlagdConnection):
        if project or environment:
            raise connections.misconfigured(
                f"connections.flags.{quoted(name)} is a flagd file, which knows neither projects nor environments."
            )
        return Flagd(surroundings, found)
    other = {"project": project, "environment": environment}
    here = found.model_copy(update={key: value for key, value in other.items() if value})
    if isinstance(here, UnleashConnection):
        return Unleash(surroundings, here)
    return LaunchDarkly(surroundings, here)
