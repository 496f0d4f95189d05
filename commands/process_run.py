"""A program of the organisation's own as an action: an emergency stop, a restart, a rotation. Never a shell."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final

from pydantic import Field, SecretStr

from commands.base import connections, programs
from commands.base.contract import Command, Params, Progress, Surroundings, cannot_revert
from commands.base.marked_run import MarkedRun, earlier_run, run_once
from commands.base.masking import masked, quoted
from commands.base.probe import Probe, Reading, look, until_it_holds
from commands.base.programs import PROGRAM, Program, ProgramProbe
from commands.base.subprocesses import NotStartedError, run
from incidents.containment import ActionError, Change, Plan, Verification

_OUTPUT_SHOWN: Final = 300


class ProcessRunParams(Params):
    """Which program, and what fills its places."""

    program: str = Field(pattern=PROGRAM, description="the name under connections.programs")
    arguments: Mapping[str, str] = Field(
        default_factory=dict, description="a value for each place of the program's argument vector"
    )


class ProcessRun(Command[ProcessRunParams]):
    """Runs one program once for each key, whatever happens in between."""

    name: ClassVar[str] = "process_run"
    summary: ClassVar[str] = "Run one of the organisation's own programs"
    params_type: ClassVar[type[ProcessRunParams]] = ProcessRunParams

    async def plan(self, params: ProcessRunParams) -> Plan:
        """Check that it could be run, and look what its probe says now."""
        known = _Known(self.surroundings, params)
        program = known.program
        if shutil.which(program.argv[0]) is None:
            raise connections.misconfigured(f"The program {quoted(program.argv[0])} is not on this machine.")
        typed = known.typed(program.argv)
        return Plan(
            target=known.target,
            changes=(Change(what=f"Program {params.program}", before="not run", after=f"run once: {typed}"),),
            warnings=await self._warnings(known),
            reversible=program.revert is not None,
            irreversible_because="" if program.revert else "no program that takes it back is configured",
            destroys_evidence=program.destroys_evidence,
            state={"run": typed},
            inverse={} if program.revert is None else {"run": known.typed(program.revert)},
        )

    async def execute(self, params: ProcessRunParams, plan: Plan, key: str, progress: Progress) -> None:
        """Run it, unless it ran with this key already."""
        known = _Known(self.surroundings, params)
        await run_once(self.surroundings, known.run(known.program.argv, key), progress)

    async def verify(self, params: ProcessRunParams, plan: Plan, progress: Progress) -> Verification:
        """See how it ended, and what the probe says."""
        known = _Known(self.surroundings, params)
        return await self._seen(known, known.target, known.program.probe, progress)

    async def revert(self, params: ProcessRunParams, plan: Plan, key: str, progress: Progress) -> None:
        """Run the way back, unless it ran with this key already."""
        known = _Known(self.surroundings, params)
        if known.program.revert is None:
            raise cannot_revert(plan)
        back = known.run(known.program.revert, f"{key}:revert")
        await run_once(self.surroundings, replace(back, target=known.target_back), progress)

    async def verify_reverted(self, params: ProcessRunParams, plan: Plan, progress: Progress) -> Verification:
        """See how the way back ended, and what its probe says."""
        known = _Known(self.surroundings, params)
        if known.program.revert is None:
            raise cannot_revert(plan)
        return await self._seen(known, known.target_back, known.program.revert_probe, progress)

    async def _warnings(self, known: "_Known") -> tuple[str, ...]:
        if known.program.probe is None:
            return (
                "No probe is configured: only the program's own exit status will tell whether it worked.",
            )
        try:
            reading = await self._look(known, known.program.probe)
        except ActionError as error:
            return (f"Whether it works may not be seen: {error.failed}",)
        return (f"{'The probe is content already' if reading.holds else 'Now'}: {reading.text}.",)

    async def _seen(
        self, known: "_Known", target: str, probe: ProgramProbe | Probe | None, progress: Progress
    ) -> Verification:
        mark = await earlier_run(self.surroundings, target)
        if mark is None or mark.status is None:
            return Verification(verified=False, evidence=("It has not been run to its end.",))
        said = quoted(mark.output[-_OUTPUT_SHOWN:], known.secrets)
        own = f"It ended with status {mark.status}{f', saying: {said}' if said else ''}."
        if mark.status != 0 or probe is None:
            return Verification(verified=mark.status == 0, evidence=(own,))
        seen = await until_it_holds(
            self.surroundings,
            partial(self._look, known, probe),
            seconds=probe.wait_seconds,
            every=probe.every_seconds,
            progress=progress,
        )
        return Verification(verified=seen.verified, evidence=(own, *seen.evidence))

    async def _look(self, known: "_Known", probe: ProgramProbe | Probe) -> Reading:
        if isinstance(probe, Probe):
            return await look(self.surroundings, probe)
        argv = programs.fill(probe.argv, known.arguments)
        try:
            ended = await run(
                argv,
                clock=self.surroundings.clock,
                seconds=known.program.timeout_seconds,
                cwd=known.program.cwd,
                env=known.environment,
            )
        except NotStartedError as error:
            raise connections.misconfigured(f"The probe {quoted(argv[0])} can't be run: {error}.") from None
        said = quoted(masked(ended.output, known.secrets)[-_OUTPUT_SHOWN:])
        how = "gave no answer in time" if ended.timed_out else f"ended with status {ended.status}"
        return Reading(
            ended.status == 0 and not ended.timed_out, f"The probe {how}{f': {said}' if said else ''}"
        )


@dataclass
class _Known:
    """What is known of the program that the parameters name. Raises ActionError for what is wrong with them."""

    surroundings: Surroundings
    params: ProcessRunParams

    def __post_init__(self) -> None:
        self.program: Program = programs.find(self.surroundings, self.params.program)
        programs.check_arguments(self.program, self.params.arguments)
        self.arguments = self.params.arguments
        given = {name: connections.secret(self.surroundings, name) for name in self.program.env_from}
        self.secrets: tuple[SecretStr, ...] = tuple(given.values())
        self.environment = {name: value.get_secret_value() for name, value in given.items()}

    @property
    def target(self) -> str:
        """The program with its values: two runs of it never overlap."""
        values = ", ".join(f"{name}={value}" for name, value in sorted(self.arguments.items()))
        return masked(f"Program {self.params.program}{f' ({values})' if values else ''}", self.secrets)

    @property
    def target_back(self) -> str:
        """The same on its way back."""
        return f"{self.target}, back"

    def typed(self, argv: tuple[str, ...]) -> str:
        """As a person would type it, without secrets."""
        return masked(programs.words(programs.fill(argv, self.arguments)), self.secrets)

    def run(self, argv: tuple[str, ...], key: str) -> MarkedRun:
        """What has to be run once."""
        return MarkedRun(
            name=self.params.program,
            target=self.target,
            key=key,
            argv=programs.fill(argv, self.arguments),
            typed=self.typed(argv),
            seconds=self.program.timeout_seconds,
            cwd=self.program.cwd,
            environment=self.environment,
            secrets=self.secrets,
        )
