"""Any HTTP endpoint as an action: kill switch, pause and resume, notify, purge. One request, or one for each id."""

from typing import Any, ClassVar

from commands.base.contract import Command, Progress, cannot_revert
from commands.base.http_batches import Sending, in_batches, send_all
from commands.base.http_call import Call, check_host
from commands.base.http_params import HttpRequestParams, Revert
from commands.base.probe import Probe, Reading, look_at_all, until_it_holds
from commands.base.web_address import fill_address
from incidents.containment import ActionError, Change, Plan, Verification


class HttpRequest(Command[HttpRequestParams]):
    """Sends what is configured, and sees its effect by a probe of its own.

    Whoever asks twice is known by the idempotency key; parameters without one must say that twice does no harm.
    """

    name: ClassVar[str] = "http_request"
    summary: ClassVar[str] = "Send an HTTP request: a kill switch, pause, resume, notify or purge endpoint"
    params_type: ClassVar[type[HttpRequestParams]] = HttpRequestParams

    async def plan(self, params: HttpRequestParams) -> Plan:
        """Read what `before` and the probe show now."""
        self._check_hosts(params)
        reading, warnings = await self._reading_now(params)
        before = await self._before(params)
        return Plan(
            target=f"{params.method} {params.url}",
            changes=(
                Change(
                    what=f"{params.method} {params.url}{_for_ids(params)}",
                    before=before or _coarse(params.probe, reading) or "not asked",
                    after=f"asked; then {params.probe.wanted}",
                ),
            ),
            warnings=warnings,
            reversible=params.revert is not None,
            irreversible_because="" if params.revert else "no request that takes it back is configured",
            destroys_evidence=params.destroys_evidence,
            state={"before": before, "ids": list(params.ids)},
            inverse=_inverse(params, before),
        )

    async def execute(self, params: HttpRequestParams, plan: Plan, key: str, progress: Progress) -> None:
        """Send to each; those that were reached before know it by the key."""
        await send_all(self.surroundings, _sending(params, params, key), progress)

    async def verify(self, params: HttpRequestParams, plan: Plan, progress: Progress) -> Verification:
        """Look until the probe is content."""
        return await self._wait_for(params, params.probe, progress)

    async def revert(self, params: HttpRequestParams, plan: Plan, key: str, progress: Progress) -> None:
        """Send the configured way back to each."""
        if not plan.inverse:
            raise cannot_revert(plan)
        kept = {name: value for name, value in plan.inverse.items() if name in {"method", "url", "body"}}
        sending = _sending(params, Revert.model_validate(kept), f"{key}:revert")
        await send_all(self.surroundings, sending, progress)

    async def verify_reverted(
        self, params: HttpRequestParams, plan: Plan, progress: Progress
    ) -> Verification:
        """Look until its own probe is content, or all reads as before."""
        if not plan.inverse or params.revert is None:
            raise cannot_revert(plan)
        if params.revert.probe is not None:
            return await self._wait_for(params, params.revert.probe, progress)
        return await self._wait_for_before(params, str(plan.inverse["before"]), progress)

    def _check_hosts(self, params: HttpRequestParams) -> None:
        """Tell at planning, not at the moment of need, that an address is not allowed."""
        probes = [params.probe, params.before, params.revert.probe if params.revert else None]
        urls = [params.url, *([params.revert.url] if params.revert else [])]
        for url in [*urls, *(probe.url for probe in probes if probe)]:
            check_host(self.surroundings, Call("GET", fill_address(url, "0")))

    async def _reading_now(self, params: HttpRequestParams) -> tuple[Reading | None, tuple[str, ...]]:
        """Trouble with the probe is no reason not to contain, but one to say so."""
        try:
            reading = await look_at_all(self.surroundings, params.probe, params.ids)
        except ActionError as error:
            return None, (f"Whether it works may not be seen: {error.failed}",)
        if reading.holds:
            return reading, (f"The probe is content already: {reading.text}.",)
        return reading, (f"Now: {reading.text}.",)

    async def _before(self, params: HttpRequestParams) -> str:
        if params.before is None:
            return ""
        return (await look_at_all(self.surroundings, params.before, params.ids)).text

    async def _wait_for(self, params: HttpRequestParams, probe: Probe, progress: Progress) -> Verification:
        return await until_it_holds(
            self.surroundings,
            lambda: look_at_all(self.surroundings, probe, params.ids),
            seconds=probe.wait_seconds,
            every=probe.every_seconds,
            progress=progress,
        )

    async def _wait_for_before(
        self, params: HttpRequestParams, before: str, progress: Progress
    ) -> Verification:
        async def again() -> Reading:
            text = await self._before(params)
            return Reading(text == before, text)

        probe = params.before or params.probe
        return await until_it_holds(
            self.surroundings,
            again,
            seconds=probe.wait_seconds,
            every=probe.every_seconds,
            progress=progress,
        )


def _sending(params: HttpRequestParams, what: HttpRequestParams | Revert, key: str) -> Sending:
    return Sending(
        method=what.method,
        url=what.url,
        body=what.body,
        batches=in_batches(params.ids, params.batch_size),
        headers=params.headers,
        auth=params.auth,
        reason=params.reason,
        idempotency=(params.idempotency_header, key) if params.idempotency_header else None,
        timeout=params.timeout_seconds,
        retries=params.retries,
        accept=frozenset(params.accept),
    )


def _for_ids(params: HttpRequestParams) -> str:
    if not params.ids:
        return ""
    if len(params.ids) == 1:
        return f" for {params.ids[0]}"
    batches = len(in_batches(params.ids, params.batch_size))
    return f" for {len(params.ids)} ids in {batches} requests"


def _coarse(probe: Probe, reading: Reading | None) -> str:
    """A figure is another at each look, and would make each plan a new one; it stands among the warnings."""
    return "" if reading is None or probe.has_bound else reading.text


def _inverse(params: HttpRequestParams, before: str) -> dict[str, Any]:
    if params.revert is None:
        return {}
    return params.revert.model_dump(include={"method", "url", "body"}) | {"before": before}
