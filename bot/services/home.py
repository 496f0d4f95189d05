"""What a person's App Home shows: of open incidents, those that they may know of, and what is theirs in them."""

from bot.services import access
from bot.services.parts import Parts
from bot.views import home
from bot.views.home import DECISIONS_SHOWN, ITEMS_SHOWN, HomeFacts
from storage.unit_of_work import UnitOfWork


async def publish_home(parts: Parts, user: str) -> None:
    """Show a person their Home as it is now.

    Raises:
        OutsideError: Slack or the database can't be reached.
    """
    found = await parts.database.read(lambda work: work.incidents.open(limit=None))
    known = await access.known_to(parts, found, user=user)
    ids = [incident.id for incident in known]

    async def look(work: UnitOfWork) -> HomeFacts:
        items, of_items = await work.checklists.assigned_to(user, ids, limit=ITEMS_SHOWN)
        decisions, of_decisions = await work.timeline.decisions_of(user, ids, limit=DECISIONS_SHOWN)
        return HomeFacts(
            user=user,
            now=parts.clock.now(),
            incidents=known,
            items=items,
            number_of_items=of_items,
            decisions=decisions,
            number_of_decisions=of_decisions,
        )

    await parts.workspace.publish_home(user, home.view(await parts.database.read(look)))
