"""Which actions an incident may use: those that its checklist names first, then the others that fit its severity."""

from dataclasses import dataclass

from bot.services.parts import Parts
from incidents.actions import Action
from incidents.containment import Risk
from incidents.incident import Incident
from incidents.runs import Run
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Offer:
    """An action that may be used. `in_playbook` says whether the incident's checklist names it."""

    name: str
    action: Action
    risk: Risk
    in_playbook: bool


async def offers(parts: Parts, incident: Incident) -> list[Offer]:
    """The actions to offer, in order. Actions meant for another sort of incident stand last."""
    named = await parts.database.read(lambda work: _named(work, incident.id))
    catalog = parts.organisation.catalog
    found = [
        Offer(name, catalog.get(name), catalog.risk(name), name in named)
        for name in catalog.allowed_for(named, incident.severity)
    ]
    return sorted(found, key=lambda one: not one.action.when.fits(incident.type, None))


async def runs_of(parts: Parts, incident: Incident) -> list[Run]:
    """The incident's runs, oldest first, without the steps of sequences."""
    return await parts.database.read(lambda work: work.runs.of_incident(incident.id))


async def _named(work: UnitOfWork, incident_id: int) -> frozenset[str]:
    phases = await work.checklists.phases(incident_id)
    return frozenset(item.action for phase in phases for item in phase.items if item.action)
