"""The App Home: open incidents and the way to declare one."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import answers, blocks, declare_modal, mrkdwn
from incidents.incident import Incident

_SHOWN = 40


def view(incidents: Sequence[Incident], total: int) -> Mapping[str, Any]:
    """The tab of one person."""
    declare = blocks.button("Declare an incident…", declare_modal.OPEN, "home", style="primary")
    drawn = [blocks.header("Incidents"), blocks.actions(declare), blocks.divider()]
    if not incidents:
        drawn.append(blocks.section("No incident is open."))
    drawn += [blocks.section(answers.listed(incident)) for incident in incidents[:_SHOWN]]
    if total > _SHOWN:
        drawn.append(blocks.context(mrkdwn.escape(f"{total - _SHOWN} more: /incident list")))
    return {"type": "home", "blocks": drawn}
