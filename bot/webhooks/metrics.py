"""`GET /metrics` for Prometheus: what is open, what is waiting, what failed."""

from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.webhooks.readiness import Readiness
from incidents.errors import OutsideError
from storage.unit_of_work import UnitOfWork


class Metrics:
    """Reads the figures when asked; a registry of its own keeps bots in one process apart."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._registry = CollectorRegistry()
        self._open = Gauge(
            "cordon_incidents_open", "Incidents that are not resolved.", registry=self._registry
        )
        self._jobs = Gauge("cordon_jobs", "Durable jobs by state.", ["state"], registry=self._registry)
        self._ready = Gauge("cordon_ready", "1 when /readyz would say so.", registry=self._registry)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The figures as Prometheus reads them."""
        try:
            open_now, jobs = await self._readiness.parts.database.read(_figures)
        except OutsideError as error:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"database: {error}\n")
        self._open.set(open_now)
        self._jobs.clear()
        for state, count in jobs.items():
            self._jobs.labels(state=state).set(count)
        self._ready.set(0 if await self._readiness.reasons() else 1)
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _figures(work: UnitOfWork) -> tuple[int, dict[str, int]]:
    return await work.incidents.count_open(), await work.jobs.counts()
