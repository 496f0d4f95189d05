"""Send traffic elsewhere: a canary, a safe baseline, a human fallback; by weights, or by a Service's selector."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from commands.base.contract import Params, Progress
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_api import JSON_PATCH
from commands.base.kubernetes_command import KubernetesCommand
from commands.base.kubernetes_places import POD, Json, Name, Namespace, Place
from commands.base.kubernetes_routes import KINDS, Route, text
from incidents.containment import Change, ChangedMeanwhileError, Permission, Plan, Verification

_TRIES = 5
_WHOLE = 100


class TrafficParams(Params):
    """Which traffic goes where."""

    namespace: Namespace = Field(description="the namespace it is in")
    kind: Literal["httproute", "virtualservice", "service"] = Field(description="what divides the traffic")
    name: Name = Field(description="its name")
    rule: int = Field(0, ge=0, description="which rule of a route, the first being 0")
    weights: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default_factory=dict,
        description="for a route: target -> weight; who is not named gets none. A VirtualService's target is host or host/subset",
    )
    selector: dict[str, str] = Field(
        default_factory=dict, description="for a Service: the labels of the pods that shall answer"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.selector) != (self.kind == "service") or bool(self.weights) == bool(self.selector):
            raise ValueError("give weights for a route, or a selector for a service")
        if self.weights and not any(self.weights.values()):
            raise ValueError("at least one weight must be more than 0")
        if self.kind == "virtualservice" and sum(self.weights.values()) != _WHOLE:
            raise ValueError("the weights of a VirtualService must add up to 100")
        return self

    @property
    def place(self) -> Place:
        """The place of what divides the traffic."""
        return KINDS[self.kind].at(self.namespace, self.name)


class KubernetesTraffic(KubernetesCommand[TrafficParams]):
    """Set the weights or the selector; seen to work when they are read back, a Service's with pods that answer."""

    name = "kubernetes_traffic"
    summary = "Send traffic elsewhere by an HTTPRoute's, VirtualService's or Service's targets"
    params_type = TrafficParams

    async def plan(self, params: TrafficParams) -> Plan:
        """Read where the traffic goes."""
        route = await self._read(params)
        now, after = route.shares, route.with_all(params.weights or params.selector)
        target = params.place.text + (f" rule {params.rule}" if params.weights else "")
        warnings = () if not params.selector or await self._answering(params, after) else (_NOBODY,)
        return Plan(
            target=params.place.text,
            changes=(Change(what=f"{target} traffic", before=text(now), after=text(after)),),
            warnings=warnings,
            state={"uid": route.uid, "shares": now},
            inverse={"before": now, "after": after},
        )

    async def execute(self, params: TrafficParams, plan: Plan, key: str, progress: Progress) -> None:
        """Set the shares, where they are still what the plan found."""
        await self._go(params, plan, plan.inverse["before"], plan.inverse["after"])

    async def verify(self, params: TrafficParams, plan: Plan, progress: Progress) -> Verification:
        """Read them back."""
        return await self._see(params, plan.inverse["after"])

    async def revert(self, params: TrafficParams, plan: Plan, key: str, progress: Progress) -> None:
        """Set the shares back, where they are still what was set."""
        await self._go(params, plan, plan.inverse["after"], plan.inverse["before"])

    async def verify_reverted(self, params: TrafficParams, plan: Plan, progress: Progress) -> Verification:
        """Read them back."""
        return await self._see(params, plan.inverse["before"])

    @classmethod
    def permissions(cls, params: TrafficParams) -> Sequence[Permission]:
        """Reading and changing it, and for a Service the pods that shall answer."""
        own = (params.place.permission("get"), params.place.permission("patch"))
        return (*own, POD.at(params.namespace).permission("list")) if params.selector else own

    async def _read(self, params: TrafficParams) -> Route:
        return Route(params.place, await self.api.get(params.place), params.rule)

    async def _go(self, params: TrafficParams, plan: Plan, start: Json, goal: Json) -> None:
        for _ in range(_TRIES):
            route = await self._read(params)
            if route.uid != plan.state["uid"]:
                raise changed_meanwhile(params.place, "it was deleted and made anew")
            now = route.shares
            if now == goal:
                return
            if now != start:
                raise changed_meanwhile(params.place, f"its traffic goes to {text(now)}")
            try:
                await self.api.patch(params.place, route.operations(goal), JSON_PATCH)
            except ChangedMeanwhileError:
                continue
            return
        raise changed_meanwhile(params.place, f"it changed {_TRIES} times while Cordon tried")

    async def _see(self, params: TrafficParams, goal: Json) -> Verification:
        now = (await self._read(params)).shares
        evidence = f"{params.place.text} leads to {text(now)}"
        if now != goal or not params.selector:
            return Verification(verified=now == goal, evidence=(evidence,))
        pods = await self._answering(params, goal)
        return Verification(verified=pods > 0, evidence=(evidence, f"{pods} ready pods answer"))

    async def _answering(self, params: TrafficParams, labels: Mapping[str, object]) -> int:
        selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        found = await self.api.get(POD.at(params.namespace), {"labelSelector": selector})
        return sum(map(_is_ready, found.get("items") or []))


_NOBODY = "No ready pod has these labels: nobody would answer."


def _is_ready(pod: Json) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]
