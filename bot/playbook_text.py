"""A playbook as a page of plain text, for the terminal and for reading when Slack is down. Pure functions."""

from collections.abc import Callable, Iterable, Iterator
from textwrap import indent

from incidents.playbook import Playbook, PlaybookItem, PlaybookPhase
from incidents.playbook_knowledge import (
    Answer,
    Contact,
    EscalationRule,
    IncidentClass,
    MessageForm,
    PlaybookSeverity,
    Reference,
    Table,
)

HOUR = 60


def readable(playbook: Playbook) -> str:
    """Everything that the playbook says, sections it has nothing for left out."""
    sections = ((title, "\n".join(write(playbook))) for title, write in _SECTIONS)
    head = f"{playbook.title} ({playbook.name})\n{playbook.description}"
    return "\n\n".join([head, *(f"{title}\n{indent(body, '  ')}" for title, body in sections if body)])


def spoken_minutes(minutes: int) -> str:
    """A duration in the largest unit that fits: "30 min", "4 h"; days are left as hours."""
    return f"{minutes // HOUR} h" if minutes and minutes % HOUR == 0 else f"{minutes} min"


def _triggers(playbook: Playbook) -> Iterator[str]:
    for trigger in playbook.triggers:
        yield f"- {_with(trigger.condition, alert=trigger.alert)}"


def _severities(playbook: Playbook) -> Iterator[str]:
    for level in playbook.severities:
        yield _severity(level)
    if playbook.default_severity:
        yield f"Unless said otherwise: {playbook.default_severity}"


def _severity(level: PlaybookSeverity) -> str:
    name = f" {level.name}" if level.name else ""
    respond = None if level.response_minutes is None else spoken_minutes(level.response_minutes)
    facts = _with(
        level.definition, respond_within=respond, who=level.responders, such_as=", ".join(level.examples)
    )
    return f"{level.key}{name}: {facts}"


def _assessment(playbook: Playbook) -> Iterator[str]:
    for question in playbook.assessment:
        yield question.question
        yield from (f"  - {answer.text}: {_effect(answer)}" for answer in question.answers)


def _effect(answer: Answer) -> str:
    words = {"raise": "raise the level", "keep": "keep the level", "lower": "lower the level", None: None}
    told = (
        answer.level,
        answer.at_least and f"at least {answer.at_least}",
        answer.consider and f"consider {answer.consider}",
        words[answer.effect],
        answer.involve and f"bring in {', '.join(answer.involve)}",
    )
    return ", ".join(text for text in told if text) or "no effect"


def _classifications(playbook: Playbook) -> Iterator[str]:
    for group in playbook.classifications:
        yield group.title
        yield from (f"  - {_class(option)}" for option in group.options)


def _class(option: IncidentClass) -> str:
    text = f"{option.name}: {option.description}" if option.description else option.name
    return _with(text, typically=" or ".join(option.typical_severities), tell=", ".join(option.escalate_to))


def _roles(playbook: Playbook) -> Iterator[str]:
    for role in playbook.roles:
        yield f"{role.name}: {'; '.join(role.duties)}"


def _contacts(playbook: Playbook) -> Iterator[str]:
    yield from (_contact(contact) for contact in playbook.contacts)


def _contact(contact: Contact) -> str:
    told = [text for text in (contact.responsibility, contact.address) if text]
    return _with(": ".join([contact.role, " · ".join(told)]) if told else contact.role, when=contact.trigger)


def _escalation(playbook: Playbook) -> Iterator[str]:
    yield from (_rule(rule) for rule in playbook.escalation)


def _rule(rule: EscalationRule) -> str:
    after = None if rule.after_minutes is None else spoken_minutes(rule.after_minutes)
    return f"- {_with(rule.when, after=after, levels=', '.join(rule.severities))}: tell {', '.join(rule.to)}"


def _golden_rules(playbook: Playbook) -> Iterator[str]:
    yield from (f"- {rule}" for rule in playbook.golden_rules)


def _gates(playbook: Playbook) -> Iterator[str]:
    yield from (f"- {gate}" for gate in playbook.gates)


def _communication(playbook: Playbook) -> Iterator[str]:
    told = playbook.communication
    if told.audiences:
        yield f"Audiences: {', '.join(told.audiences)}"
    for cadence in told.cadence:
        yield _with(f"Update every {spoken_minutes(cadence.minutes)}", when=cadence.when)
    for kind, form in (("Initial", told.initial), ("Update", told.update), ("Resolution", told.resolution)):
        if form:
            yield from _form(kind, form)


def _form(kind: str, form: MessageForm) -> Iterator[str]:
    yield _with(kind, when=form.when)
    yield from (f"  {field.label}: {field.hint or ''}".rstrip() for field in form.fields)


def _phases(playbook: Playbook) -> Iterator[str]:
    for number, phase in enumerate(playbook.phases, start=1):
        yield f"{number}. {_with(phase.title, minutes=_minutes(phase), timing=phase.timing)}"
        for item in phase.items:
            yield from _item(item)


def _minutes(phase: PlaybookPhase) -> str | None:
    start, end = phase.starts_minute, phase.ends_minute
    if end is None:
        return None if start is None else f"from {start}"
    return f"until {end}" if start is None else f"{start}-{end}"


def _item(item: PlaybookItem) -> Iterator[str]:
    due = None if item.due_minutes is None else spoken_minutes(item.due_minutes)
    facts = _with(
        item.text, when=item.when, due_within=due, role=item.role, action=item.action, leaves=item.artefact
    )
    yield f"   [ ] {facts}"
    if item.detail:
        yield indent(item.detail, "         ")


def _artefacts(playbook: Playbook) -> Iterator[str]:
    yield from (f"- {_with(one.name, path=one.path, content=one.content)}" for one in playbook.artefacts)


def _access(playbook: Playbook) -> Iterator[str]:
    yield from (f"[ ] {check}" for check in playbook.access_checks)


def _prevention(playbook: Playbook) -> Iterator[str]:
    for work in playbook.prevention:
        yield f"Every {work.every}: {work.text}"
        if work.detail:
            yield indent(work.detail, "  ")


def _references(playbook: Playbook) -> Iterator[str]:
    for reference in playbook.references:
        yield reference.title
        yield from (indent(line, "  ") for line in _reference(reference))


def _reference(reference: Reference) -> Iterable[str]:
    if reference.text:
        yield reference.text
    if reference.table:
        yield from _table(reference.table)
    yield from (f"- {point}" for point in reference.points)


def _table(table: Table) -> Iterator[str]:
    rows = (table.columns, *table.rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _with(text: str, **facts: str | None) -> str:
    """The text, and behind it in brackets whatever facts there are."""
    told = "; ".join(f"{name.replace('_', ' ')}: {fact}" for name, fact in facts.items() if fact)
    return f"{text} ({told})" if told else text


_SECTIONS: tuple[tuple[str, Callable[[Playbook], Iterator[str]]], ...] = (
    ("WHEN IT APPLIES", _triggers),
    ("GOLDEN RULES", _golden_rules),
    ("WANTED BEFORE RESOLVING AND CLOSING", _gates),
    ("SEVERITIES", _severities),
    ("SEVERITY ASSESSMENT", _assessment),
    ("CLASSIFICATION", _classifications),
    ("ROLES", _roles),
    ("CONTACTS", _contacts),
    ("ESCALATION", _escalation),
    ("PHASES (minutes since the declaration)", _phases),
    ("COMMUNICATION", _communication),
    ("ARTEFACTS", _artefacts),
    ("ACCESS TO CHECK BEFORE AN INCIDENT", _access),
    ("PREVENTION", _prevention),
    ("TO LOOK UP", _references),
)
