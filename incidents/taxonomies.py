"""The kinds of incident to choose from, as data.

Incident types are the operations guide's, failure modes the on-call playbook's, agent, system and security types
the agent platform runbook's, signals the AI systems playbook's. An incident's own place is `classification.py`.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Kind:
    """One choice of a taxonomy, with the levels it usually has, worst first, and whom it is escalated to."""

    id: str
    name: str
    description: str = ""
    typical: tuple[str, ...] = ()
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """Choices of one sort; `id` is the field of `Classification` that the choice fills."""

    id: str
    title: str
    kinds: tuple[Kind, ...]
    several: bool = False

    def kind(self, kind_id: str) -> Kind | None:
        """The choice with this id, or None."""
        return next((kind for kind in self.kinds if kind.id == kind_id), None)


_SECURITY_LEAD = ("Security lead",)

TAXONOMIES = MappingProxyType(
    {
        taxonomy.id: taxonomy
        for taxonomy in (
            Taxonomy(
                "incident_type",
                "Incident type",
                (
                    Kind(
                        "mass_harmful_output",
                        "Mass harmful output",
                        typical=("SEV0",),
                        escalate_to=("Executive", "Legal", "PR"),
                    ),
                    Kind(
                        "pii_exposure",
                        "PII exposure",
                        typical=("SEV0", "SEV1"),
                        escalate_to=("Security", "Legal"),
                    ),
                    Kind(
                        "policy_violation",
                        "Policy violation (isolated)",
                        typical=("SEV2",),
                        escalate_to=("Safety team",),
                    ),
                    Kind(
                        "policy_erosion_detected",
                        "Policy erosion detected",
                        typical=("SEV2", "SEV3"),
                        escalate_to=("Safety team",),
                    ),
                    Kind(
                        "false_positive_spike",
                        "False positive spike",
                        typical=("SEV3",),
                        escalate_to=("Product team",),
                    ),
                ),
            ),
            Taxonomy(
                "failure_mode",
                "Failure mode",
                (
                    Kind("prompt_injection", "Prompt injection"),
                    Kind("policy_erosion", "Policy erosion"),
                    Kind("intent_drift", "Intent drift"),
                    Kind("tool_hallucination", "Tool hallucination"),
                    Kind("coordinated_misuse", "Coordinated misuse"),
                    Kind("safeguard_failure", "Safeguard failure"),
                    Kind("unknown", "Unknown or emergent"),
                ),
            ),
            Taxonomy(
                "agent_type",
                "Agent",
                (
                    Kind("runaway_agent", "Runaway agent", "Loops, or eats too many resources"),
                    Kind("incorrect_output", "Incorrect output", "Wrong or harmful outputs", ("SEV2",)),
                    Kind("rate_limit_breach", "Rate limit breach", "Goes beyond API or system limits"),
                    Kind(
                        "authorization_failure",
                        "Authorization failure",
                        "Reaches resources it has no right to",
                        escalate_to=_SECURITY_LEAD,
                    ),
                ),
            ),
            Taxonomy(
                "system_type",
                "System",
                (
                    Kind("service_outage", "Service outage", "Core services are not available", ("SEV1",)),
                    Kind("data_corruption", "Data corruption", "Artifacts or audit logs are damaged"),
                    Kind(
                        "integration_failure", "Integration failure", "An outside service's integration fails"
                    ),
                ),
            ),
            Taxonomy(
                "security_type",
                "Security",
                (
                    Kind("pii_leak", "PII exposure", "Personal data has leaked", ("SEV1",), _SECURITY_LEAD),
                    Kind(
                        "unauthorized_access",
                        "Unauthorized access",
                        "Access looks suspicious",
                        escalate_to=_SECURITY_LEAD,
                    ),
                    Kind(
                        "credential_compromise",
                        "Credential compromise",
                        "API keys or secrets are out",
                        escalate_to=_SECURITY_LEAD,
                    ),
                ),
            ),
            Taxonomy(
                "signals",
                "Signals",
                (
                    Kind("guardrail_breach", "Guardrail breach", "Toxicity, hallucination or compliance"),
                    Kind("cost_or_latency_spike", "Latency or cost spike", "Runaway prompts or agent loops"),
                    Kind("data_exposure", "Data exposure", "Logs with PII, or training on restricted data"),
                ),
                several=True,
            ),
        )
    }
)
"""Every taxonomy by its id."""
