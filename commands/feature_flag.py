"""A feature flag put on or off, and back, wherever the organisation keeps its flags."""

from typing import ClassVar

from pydantic import Field

from commands.base.contract import Command, Params, Progress
from commands.base.flag_connections import provider
from commands.base.flag_provider import FlagProvider
from commands.base.probe import Reading, until_it_holds
from incidents.containment import ActionError, Change, ChangedMeanwhileError, Effect, Plan, Verification

_FLAG = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$"
_PLACE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class FeatureFlagParams(Params):
    """Which flag, where, and how it should stand."""

    connection: str = Field(description="the name under connections.flags of who keeps the flag")
    flag: str = Field(pattern=_FLAG, description="the flag's name or key")
    enabled: bool = Field(description="true to put it on, false to put it off")
    project: str | None = Field(
        default=None, pattern=_PLACE, description="another project than the connection's"
    )
    environment: str | None = Field(
        default=None, pattern=_PLACE, description="another environment than the connection's"
    )
    reason: str = Field(
        default="", max_length=500, description="why; kept with the change where the provider can"
    )
    every_seconds: float = Field(default=2, gt=0, le=60, description="how long between two looks at it")


class FeatureFlag(Command[FeatureFlagParams]):
    """Switches one flag in one environment, and reads it back."""

    name: ClassVar[str] = "feature_flag"
    summary: ClassVar[str] = "Put a feature flag on or off"
    params_type: ClassVar[type[FeatureFlagParams]] = FeatureFlagParams

    async def plan(self, params: FeatureFlagParams) -> Plan:
        """Read the flag."""
        keeper = self._keeper(params)
        now = await keeper.read(params.flag)
        target = f"Flag {params.flag} in {keeper.where}"
        return Plan(
            target=target,
            changes=(Change(what=target, before=_word(on=now.on), after=_word(on=params.enabled)),),
            warnings=now.warnings if params.enabled else (),
            state={"on": now.on},
            inverse={"on": now.on},
        )

    async def execute(self, params: FeatureFlagParams, plan: Plan, key: str, progress: Progress) -> None:
        """Switch it, unless it stands right already."""
        keeper = self._keeper(params)
        now = await keeper.read(params.flag)
        if now.on == params.enabled:
            return
        if now.on != plan.state["on"]:
            raise ChangedMeanwhileError(
                f"{plan.target} was {_word(on=not now.on)} in the plan and is {_word(on=now.on)} now.",
                now="Nothing was changed.",
                then="Look at the new plan and confirm it anew.",
            )
        await _switch(keeper, params, on=params.enabled, progress=progress)

    async def verify(self, params: FeatureFlagParams, plan: Plan, progress: Progress) -> Verification:
        """Read it back."""
        return await self._read_back(params, on=params.enabled, progress=progress)

    async def revert(self, params: FeatureFlagParams, plan: Plan, key: str, progress: Progress) -> None:
        """Put it back as it was found, unless it stands so already."""
        keeper = self._keeper(params)
        before = bool(plan.inverse["on"])
        if (await keeper.read(params.flag)).on != before:
            await _switch(keeper, params, on=before, progress=progress)

    async def verify_reverted(
        self, params: FeatureFlagParams, plan: Plan, progress: Progress
    ) -> Verification:
        """Read it back."""
        return await self._read_back(params, on=bool(plan.inverse["on"]), progress=progress)

    def _keeper(self, params: FeatureFlagParams) -> FlagProvider:
        return provider(
            self.surroundings, params.connection, project=params.project, environment=params.environment
        )

    async def _read_back(self, params: FeatureFlagParams, *, on: bool, progress: Progress) -> Verification:
        keeper = self._keeper(params)

        async def look() -> Reading:
            now = await keeper.read(params.flag)
            return Reading(now.on == on, f"Flag {params.flag} in {keeper.where} reads {_word(on=now.on)}")

        return await until_it_holds(
            self.surroundings, look, seconds=None, every=params.every_seconds, progress=progress
        )


async def _switch(keeper: FlagProvider, params: FeatureFlagParams, *, on: bool, progress: Progress) -> None:
    """Where the answer was lost, the flag itself says whether it was switched."""
    await progress(f"putting {params.flag} {_word(on=on)} in {keeper.where}")
    try:
        await keeper.switch(params.flag, on=on, reason=params.reason, progress=progress)
    except ActionError as error:
        if error.effect is not Effect.UNKNOWN or not await _stands(keeper, params.flag, on=on):
            raise


async def _stands(keeper: FlagProvider, flag: str, *, on: bool) -> bool:
    try:
        return (await keeper.read(flag)).on == on
    except ActionError:
        return False


def _word(*, on: bool) -> str:
    return "on" if on else "off"
