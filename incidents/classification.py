"""What kind of incident it is: its place in the taxonomies, in words, how that changed, and whose change counts.

The choices are `taxonomies.py`; tags of outside frameworks are `threat_tags.py`.
"""

import difflib
import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.taxonomies import TAXONOMIES, Kind
from incidents.threat_tags import atlas_tag, owasp_tag, spoken_tag

AtlasTags = tuple[Annotated[str, AfterValidator(atlas_tag)], ...]
OwaspTags = tuple[Annotated[str, AfterValidator(owasp_tag)], ...]
_TAGS = MappingProxyType({"atlas": "MITRE ATLAS", "owasp": "OWASP LLM Top 10"})


class Classification(BaseModel):
    """An incident's place in the taxonomies. Everything may be left open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incident_type: str | None = None
    failure_mode: str | None = None
    agent_type: str | None = None
    system_type: str | None = None
    security_type: str | None = None
    signals: tuple[str, ...] = ()
    atlas: AtlasTags = ()
    owasp: OwaspTags = ()

    @model_validator(mode="after")
    def _kinds_exist(self) -> Self:
        for taxonomy in TAXONOMIES.values():
            for chosen in self.chosen(taxonomy.id):
                if taxonomy.kind(chosen) is None:
                    known = ", ".join(kind.id for kind in taxonomy.kinds)
                    raise ValueError(f'{taxonomy.id} has no "{chosen}"; there are: {known}')
        return self

    def chosen(self, field: str) -> tuple[str, ...]:
        """What was chosen in a field, without repetition: ids of kinds, or tags."""
        value = getattr(self, field)
        return tuple(dict.fromkeys(value if isinstance(value, tuple) else (value,) if value else ()))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that was chosen, in the order of the taxonomies."""
        return tuple(
            kind
            for taxonomy in TAXONOMIES.values()
            for chosen in self.chosen(taxonomy.id)
            if (kind := taxonomy.kind(chosen))
        )

    @property
    def typical(self) -> tuple[str, ...]:
        """The levels that such an incident usually has, worst first. They are of the scale SEV0 to SEV4."""
        return tuple(sorted({level for kind in self.kinds for level in kind.typical}))

    @property
    def escalate_to(self) -> tuple[str, ...]:
        """Whom such an incident is escalated to."""
        return tuple(dict.fromkeys(to for kind in self.kinds for to in kind.escalate_to))

    def described(self) -> tuple[str, ...]:
        """A line for each field that says something, such as "Failure mode: Prompt injection"."""
        return tuple(f"{title}: {words}" for field, title in _titles() if (words := _words(self, field)))


def classification_of(incident: Incident) -> Classification:
    """What an incident was classified as; a field that no taxonomy knows any more counts as left open."""
    kept = {"incident_type": (incident.type or "").replace("-", "_") or None, **incident.classification}
    return Classification.model_validate({name: said for name, said in kept.items() if _known(name, said)})


def merged(now: Classification, shown: Classification, wanted: Classification) -> Classification:
    """What stands after a form was sent: the fields that its writer changed, and else what others have set.

    Args:
        now: the classification as it is.
        shown: what the form showed when it was opened.
        wanted: what it said when it was sent.
    """
    written = {
        field: getattr(wanted, field)
        for field in Classification.model_fields
        if set(wanted.chosen(field)) != set(shown.chosen(field))
    }
    return now.model_copy(update=written)


def named_type(words: str) -> str:
    """The id of the incident type that a person means by "pii", "PII exposure" or "pii-exposre".

    Raises:
        NotUnderstoodError: it can't be told which one.
    """
    said = _plain(words)
    kinds = TAXONOMIES["incident_type"].kinds
    names = {name: kind.id for kind in kinds for name in (_plain(kind.id), _plain(kind.name))}
    meant = {names[name] for name in names if said and said in name}
    if not meant:
        meant = {names[name] for name in difflib.get_close_matches(said, names, n=1)}
    if len(meant) != 1:
        listed = ", ".join(_plain(kind.id) for kind in kinds)
        raise NotUnderstoodError(
            f'I can\'t tell which incident type "{words.strip()}" is. There are: {listed}.'
        )
    return meant.pop()


def changes(old: Classification, new: Classification) -> tuple[str, ...]:
    """A sentence for each field that changed, for the timeline; none when nothing did."""
    return tuple(
        _change(title, _words(old, field), _words(new, field))
        for field, title in _titles()
        if set(old.chosen(field)) != set(new.chosen(field))
    )


def _known(field: str, said: object) -> bool:
    try:
        Classification.model_validate({field: said})
    except ValidationError:
        return False
    return True


def _plain(words: str) -> str:
    """Lower case words, parted by one blank."""
    return " ".join(re.findall(r"[a-z0-9]+", words.lower()))


def _change(title: str, before: str, after: str) -> str:
    if not before:
        return f"{title} set to {after}."
    if not after:
        return f"{title} taken away; it was {before}."
    return f"{title} changed from {before} to {after}."


def _titles() -> Iterable[tuple[str, str]]:
    yield from ((taxonomy.id, taxonomy.title) for taxonomy in TAXONOMIES.values())
    yield from _TAGS.items()


def _words(of: Classification, field: str) -> str:
    taxonomy = TAXONOMIES.get(field)
    if taxonomy is None:
        return ", ".join(spoken_tag(tag) for tag in of.chosen(field))
    return ", ".join(kind.name for chosen in of.chosen(field) if (kind := taxonomy.kind(chosen)))
