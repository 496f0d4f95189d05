"""Severity schemes to choose from, each level with who answers, who is paged or told, and what is due when.

`default` has the five levels of `severity.py`. `sev0-3` is the operations guide's rubric. `sev1-4` has the on-call
playbook's definitions with the agent platform runbook's times, examples and duties.
Updates follow one rule, from the AI systems playbook's 30 and 60 minutes: every 30 where people must answer within
15 minutes, every 60 where within the hour, else none.
"""

from types import MappingProxyType

from incidents.errors import NotUnderstoodError
from incidents.severity import DEFAULT_SCHEME, POSTMORTEM_HOURS, SeverityLevel, SeverityScheme

RETROSPECTIVE_HOURS = 72  # the agent platform runbook, for its two worst levels


def pages_on_change(old: SeverityLevel, new: SeverityLevel) -> bool:
    """Whether a change of severity pages: raising to a level that pages does, lowering never does."""
    return new.page and new.rank < old.rank


def preset(name: str) -> SeverityScheme:
    """The shipped scheme of this name.

    Raises:
        NotUnderstoodError: there is no such scheme; the text says which there are.
    """
    scheme = PRESETS.get(name.strip().lower())
    if scheme is None:
        raise NotUnderstoodError(
            f'There is no severity scheme "{name.strip()}". There are: {", ".join(PRESETS)}.'
        )
    return scheme


# --- the shipped schemes -------------------------------------------------------------------------------

_PAGED = "On-call engineer and manager, paged"
_TICKET = "A ticket; people are told in business hours"
_PLATFORM_EXAMPLES = {
    "critical": ("All agents fail", "PII is exposed"),
    "high": ("A pack of agents fails", "Outputs are wrong"),
    "medium": ("A single agent errs", "Performance is slow"),
    "low": ("A UI bug", "An error in the documentation"),
}


_SEV0_3 = (
    SeverityLevel(
        key="SEV0",
        name="Critical",
        definition="Widespread harm, regulatory exposure or a data breach",
        response_minutes=15,
        update_minutes=30,
        page=True,
        responders="All hands, paged",
        examples=("Harmful output at mass scale", "PII is exposed"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    SeverityLevel(
        key="SEV1",
        name="High",
        definition="Many users feel it, or a safety policy is violated",
        response_minutes=60,
        update_minutes=60,
        page=True,
        responders="On-call engineer, paged",
        examples=("PII is exposed",),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    SeverityLevel(
        key="SEV2",
        name="Medium",
        definition="Limited impact: a single user is affected",
        response_minutes=240,
        hours="business",
        responders="The safety team, in business hours",
        examples=("An isolated policy violation", "A policy erodes"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    SeverityLevel(
        key="SEV3",
        name="Low",
        definition="A possible risk is identified; nobody was harmed",
        response_minutes=1440,
        hours="business",
        responders="Asynchronously, by whoever has the time",
        examples=("A policy erodes", "False positives spike"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
)

_SEV1_4 = (
    SeverityLevel(
        key="SEV1",
        name="Critical",
        definition="Active harm or legal risk; production is down or data is breached",
        response_minutes=15,
        update_minutes=30,
        page=True,
        responders=f"{_PAGED}; the safety lead too",
        examples=_PLATFORM_EXAMPLES["critical"],
        retrospective_hours=RETROSPECTIVE_HOURS,
    ),
    SeverityLevel(
        key="SEV2",
        name="High",
        definition="A clear policy violation, or a major feature is impaired",
        response_minutes=60,
        update_minutes=60,
        page=True,
        responders=f"{_PAGED}; the safety lead too",
        examples=_PLATFORM_EXAMPLES["high"],
        retrospective_hours=RETROSPECTIVE_HOURS,
    ),
    SeverityLevel(
        key="SEV3",
        name="Medium",
        definition="Safeguards are degraded, or part of the service is",
        response_minutes=240,
        hours="business",
        responders=_TICKET,
        examples=_PLATFORM_EXAMPLES["medium"],
    ),
    SeverityLevel(
        key="SEV4",
        name="Low",
        definition="A near miss or a minor issue",
        response_minutes=1440,
        hours="business",
        responders=_TICKET,
        examples=_PLATFORM_EXAMPLES["low"],
    ),
)

PRESETS = MappingProxyType(
    {
        "default": DEFAULT_SCHEME,
        "sev0-3": SeverityScheme(levels=_SEV0_3),
        "sev1-4": SeverityScheme(levels=_SEV1_4),
    }
)
"""The shipped schemes by the name that `cordon.yaml` uses."""
