"""The App Home of one person: what waits for them, what is theirs, what else is open, and the way to declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.views import answers, blocks, card, checklist, declare_modal, mrkdwn, wording
from incidents.checklist import ChecklistItem, Move
from incidents.crew import Crew
from incidents.incident import Incident
from incidents.roles import Role
from incidents.timeline import TimelineEntry

# With a title and a last line for each section, they stay within Slack's 100 blocks.
ITEMS_SHOWN: Final = 20
DECISIONS_SHOWN: Final = 10
_OVERDUE_SHOWN: Final = 10
_MINE_SHOWN: Final = 15
_OTHERS_SHOWN: Final = 25

_LIST: Final = "/incident list"


@dataclass(frozen=True)
class HomeFacts:
    """What a Home is drawn from: open incidents that the person may know of, newest first, and what is theirs."""

    user: str
    now: datetime
    incidents: Sequence[Incident] = ()
    items: Sequence[tuple[int, ChecklistItem]] = ()
    """Open items that they were given, each with its incident's number."""
    number_of_items: int = 0
    decisions: Sequence[TimelineEntry] = ()
    number_of_decisions: int = 0


def view(facts: HomeFacts) -> Mapping[str, Any]:
    """The tab of one person; a section without anything in it is left out."""
    declare = blocks.button("Declare an incident…", declare_modal.OPEN, "home", style="primary")
    drawn = [blocks.header("Incidents"), blocks.actions(declare)]
    if not facts.incidents:
        drawn.append(blocks.section("No incident is open."))
    drawn += [*_overdue(facts), *_items(facts), *_incidents(facts)]
    return {"type": "home", "blocks": drawn}


def _overdue(facts: HomeFacts) -> list[blocks.Block]:
    late = [(one.next_update_at, one) for one in facts.incidents if one.next_update_at]
    late = sorted(((due, one) for due, one in late if due <= facts.now), key=lambda pair: pair[0])
    rows = [_late(one, due) for due, one in late[:_OVERDUE_SHOWN]]
    return _titled("⏰ Overdue updates", rows, len(late), _LIST)


def _late(incident: Incident, due: datetime) -> blocks.Block:
    write = blocks.button(
        "Update…", card.UPDATE, str(incident.id), label=f"Write the update of {incident.key}"
    )
    who = f"Commander {mrkdwn.user(incident.commander)} · {wording.channel(incident)}"
    said = f"{_named(incident)}\nwas due {mrkdwn.ago(due)} · {who}"
    return blocks.section(said, accessory=write)


def _items(facts: HomeFacts) -> list[blocks.Block]:
    """The checklist's items and the decisions of this person."""
    of = {incident.id: incident for incident in facts.incidents}
    items = [_item(item, of[number]) for number, item in facts.items]
    decisions = [_decision(entry, of[entry.incident_id]) for entry in facts.decisions]
    return [
        *_titled("☐ My items", items, facts.number_of_items, "the incidents' checklists"),
        *_titled(
            "⚖️ My action items and decisions", decisions, facts.number_of_decisions, "/incident timeline"
        ),
    ]


def _item(item: ChecklistItem, incident: Incident) -> blocks.Block:
    done = blocks.button(
        "Done", checklist.MOVE, checklist.press_value(item, Move.DO), label=f"Done: {item.text}"
    )
    said = f"☐ {_line(item.text)}\n{_place(incident)}"
    return blocks.section(said, accessory=done)


def _decision(entry: TimelineEntry, incident: Incident) -> blocks.Block:
    return blocks.section(f"{_line(entry.text)}\n{mrkdwn.ago(entry.at)} · {_place(incident)}")


def _incidents(facts: HomeFacts) -> list[blocks.Block]:
    """Those in which this person holds a role, then the others."""
    mine = [(one, roles) for one in facts.incidents if (roles := _roles(one, facts.user))]
    others = [one for one in facts.incidents if not _roles(one, facts.user)]
    own = [blocks.section(f"{_listed(one)}\nYou: {roles}") for one, roles in mine[:_MINE_SHOWN]]
    return [
        *_titled("My incidents", own, len(mine), _LIST),
        *_titled("Open incidents", [_other(one) for one in others[:_OTHERS_SHOWN]], len(others), _LIST),
    ]


def _other(incident: Incident) -> blocks.Block:
    join = blocks.button("Join", card.JOIN, str(incident.id), label=f"Join {incident.key}")
    return blocks.section(_listed(incident), accessory=join)


def _roles(incident: Incident, user: str) -> str:
    held = Crew.model_validate(incident.crew).roles_of(user)
    if incident.commander == user:
        held |= {Role.COMMANDER}
    return ", ".join(role.about.title for role in Role if role in held)


def _titled(title: str, rows: Sequence[blocks.Block], total: int, elsewhere: str) -> list[blocks.Block]:
    """A section of the Home, with how many more there are and where."""
    if not rows:
        return []
    more = total - len(rows)
    return [
        blocks.section(f"*{title}*"),
        *rows,
        *([blocks.context(mrkdwn.escape(f"{more} more: {elsewhere}"))] if more > 0 else []),
    ]


def _listed(incident: Incident) -> str:
    return answers.listed(incident)


def _named(incident: Incident) -> str:
    return mrkdwn.cut(mrkdwn.escape(wording.one_line(incident)), 300)


def _place(incident: Incident) -> str:
    return f"{_drill(incident)}{incident.key} · {wording.channel(incident)}"


def _drill(incident: Incident) -> str:
    return "🧪 DRILL · " if incident.drill else ""


def _line(text: str) -> mrkdwn.Mrkdwn:
    return mrkdwn.cut(mrkdwn.escape(mrkdwn.line(text, 250)), 600)
