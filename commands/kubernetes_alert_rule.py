"""Watch more closely for a while: a PrometheusRule of Cordon's own, taken away again when the action is taken back."""

from collections.abc import Sequence

from pydantic import Field

from commands.base.contract import Params, Progress
from commands.base.kubernetes_answers import changed_meanwhile
from commands.base.kubernetes_command import KubernetesCommand
from commands.base.kubernetes_places import PROMETHEUS_RULE, Json, Name, Namespace, Place
from incidents.containment import Change, ChangedMeanwhileError, Permission, Plan, Verification

_OWNER = {"app.kubernetes.io/managed-by": "cordon"}
_RUN = "cordon/run"


class AlertRuleParams(Params):
    """The rule."""

    namespace: Namespace = Field(description="the namespace where Prometheus looks for rules")
    name: Name = Field(description="the name of the PrometheusRule to make")
    alert: str = Field(pattern=r"^[A-Za-z_]\w{0,99}$", description="the alert's name")
    expression: str = Field(min_length=1, max_length=4000, description="the PromQL that raises it")
    hold: str = Field("0m", pattern=r"^\d+[smh]$", description="how long it must be true first, such as 5m")
    severity: str = Field("warning", pattern=r"^\w{1,30}$", description="the alert's severity label")
    labels: dict[str, str] = Field(
        default_factory=dict, description="labels of the rule by which Prometheus finds it"
    )

    @property
    def place(self) -> Place:
        """The rule's place in the cluster."""
        return PROMETHEUS_RULE.at(self.namespace, self.name)


class KubernetesAlertRule(KubernetesCommand[AlertRuleParams]):
    """Make a rule; seen to work when it is there with its expression; taken back by deleting it."""

    name = "kubernetes_alert_rule"
    summary = "Add a temporary alert rule with its own threshold"
    params_type = AlertRuleParams
    lasts_minutes = 24 * 60

    async def plan(self, params: AlertRuleParams) -> Plan:
        """Look whether the name is free, or taken by the same rule. Raises ChangedMeanwhileError when by another."""
        now = await self._find(params)
        if now is not None and not _is_same(now, params):
            raise changed_meanwhile(params.place, "there is another rule of this name already")
        wanted = f"alerts when {params.expression}"
        return Plan(
            target=params.place.text,
            changes=(Change(what=params.place.text, before=wanted if now else "not there", after=wanted),),
            reversible=now is None,
            irreversible_because="the rule was there before" if now else "",
            state={"uid": now["metadata"]["uid"] if now else None},
        )

    async def execute(self, params: AlertRuleParams, plan: Plan, key: str, progress: Progress) -> None:
        """Make the rule."""
        if plan.state["uid"] is not None:
            return
        try:
            await self.api.post(PROMETHEUS_RULE.at(params.namespace), _body(params, key))
        except ChangedMeanwhileError:
            now = await self._find(params)
            if now is None or _run_of(now) != key:
                raise

    async def verify(self, params: AlertRuleParams, plan: Plan, progress: Progress) -> Verification:
        """Read the rule back."""
        now = await self._find(params)
        there = now is not None and _is_same(now, params)
        state = "is there" if there else ("is another one" if now else "is not there")
        return Verification(verified=there, evidence=(f"{params.place.text} {state}",))

    async def revert(self, params: AlertRuleParams, plan: Plan, key: str, progress: Progress) -> None:
        """Delete the rule, where it is still the one that was made."""
        now = await self._find(params)
        if now is None:
            return
        if not _is_same(now, params) or not _run_of(now):
            raise changed_meanwhile(params.place, "it is no longer the rule that was made")
        await self.api.delete(params.place, uid=now["metadata"]["uid"])

    async def verify_reverted(self, params: AlertRuleParams, plan: Plan, progress: Progress) -> Verification:
        """See that it is gone."""
        gone = await self._find(params) is None
        evidence = f"{params.place.text} is {'gone' if gone else 'still there'}"
        return Verification(verified=gone, evidence=(evidence,))

    @classmethod
    def permissions(cls, params: AlertRuleParams) -> Sequence[Permission]:
        """Looking for rules, making this one and deleting it."""
        rules = PROMETHEUS_RULE.at(params.namespace)
        return (rules.permission("list"), rules.permission("create"), params.place.permission("delete"))

    async def _find(self, params: AlertRuleParams) -> Json | None:
        """The rule of this name. A list tells a missing rule from a cluster that has no such rules at all."""
        found = await self.api.get(
            PROMETHEUS_RULE.at(params.namespace), {"fieldSelector": f"metadata.name={params.name}"}
        )
        return next(iter(found.get("items") or []), None)


def _body(params: AlertRuleParams, key: str) -> Json:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": params.name,
            "namespace": params.namespace,
            "labels": {**params.labels, **_OWNER},
            "annotations": {_RUN: key},
        },
        "spec": {"groups": [{"name": params.name, "rules": [_rule(params)]}]},
    }


def _rule(params: AlertRuleParams) -> Json:
    labels = {"severity": params.severity}
    return {"alert": params.alert, "expr": params.expression, "for": params.hold, "labels": labels}


def _is_same(thing: Json, params: AlertRuleParams) -> bool:
    rules = [rule for group in thing["spec"].get("groups") or [] for rule in group.get("rules") or []]
    return len(rules) == 1 and all(rules[0].get(key) == value for key, value in _rule(params).items())


def _run_of(thing: Json) -> str | None:
    found: str | None = (thing["metadata"].get("annotations") or {}).get(_RUN)
    return found
