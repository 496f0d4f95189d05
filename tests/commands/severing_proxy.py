"""A way to a database that breaks at its commit, before or after the server has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import make_url


class SeveringProxy:
    """Passes bytes on, and cuts a connection when a COMMIT comes by.

    Attributes:
        passes_commit_on: whether the server gets the commit and only its answer is lost.
        stays_down: whether later connections are refused.
        cuts: how many connections were cut.
    """

    def __init__(self, address: str, *, passes_commit_on: bool, stays_down: bool = False) -> None:
        self._server = make_url(address)
        self.passes_commit_on = passes_commit_on
        self.stays_down = stays_down
        self.cuts = 0
        self._listener: asyncio.Server | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address of the database by this way."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._listener.sockets[0].getsockname()[1]
        try:
            yield self._server.set(port=port).render_as_string(hide_password=False)
        finally:
            self._listener.close()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self._server.host, self._server.port)
        back = asyncio.create_task(self._pass(server, to_client))
        try:
            while data := await client.read(65536):
                if b"COMMIT" in data:
                    await self._cut(back, data, to_client, to_server)
                    break
                to_server.write(data)
        except ConnectionError:
            pass  # the client left first
        finally:
            to_server.close()
            to_client.close()
            await asyncio.gather(back, return_exceptions=True)

    async def _cut(
        self,
        back: asyncio.Task[None],
        data: bytes,
        to_client: asyncio.StreamWriter,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self.cuts += 1
        if self.stays_down and self._listener:
            self._listener.close()
        to_client.transport.abort()
        if self.passes_commit_on:
            to_server.write(data)
            to_server.write_eof()
            await asyncio.gather(back, return_exceptions=True)

    async def _pass(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while data := await server.read(65536):
            if not to_client.is_closing():
                to_client.write(data)
