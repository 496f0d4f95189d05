"""What all commands on a cluster share: the connection, closed with the command."""

from typing import TypeVar

from commands.base.contract import Command, Params, Surroundings
from commands.base.kubernetes_api import KubernetesApi

P = TypeVar("P", bound=Params)


class KubernetesCommand(Command[P]):
    """A command on something in the cluster."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Open nothing yet."""
        super().__init__(surroundings)
        self.api = KubernetesApi(surroundings)

    async def close(self) -> None:
        """Close the connection."""
        await self.api.close()
