"""The severity assessment: five questions, then the level that the answers make, with its reasons."""

import json
from collections.abc import Mapping
from typing import Any

from bot.views import blocks, mrkdwn, wording
from incidents.assessment import Assessment
from incidents.assessment_questions import QUESTIONS, Question
from incidents.incident import Incident

OPEN = "assess.open"
QUESTIONS_CALLBACK = "assess"
APPLY_CALLBACK = "assess.apply"


def questions(incident: Incident) -> Mapping[str, Any]:
    """The five questions, each with what its answers do."""
    head = blocks.context(f"{mrkdwn.escape(wording.one_line(incident))}: what is known now is enough.")
    asked = [blocks.field(one.words, _answers(one), block_id=one.id) for one in QUESTIONS]
    return blocks.modal(
        "Assess the severity",
        [head, *asked],
        callback_id=QUESTIONS_CALLBACK,
        submit="See the level",
        metadata=str(incident.id),
    )


def result(incident_id: int, assessment: Assessment) -> Mapping[str, Any]:
    """The level with every rule that fired; nothing is changed until it is confirmed."""
    reasons = "\n".join(f"• {mrkdwn.escape(reason)}" for reason in assessment.reasons)
    drawn = [
        blocks.section(f"{wording.mark(assessment.level)} *{assessment.level}*, because"),
        blocks.section(reasons),
    ]
    if assessment.involve:
        drawn.append(blocks.section(f"Involve: *{mrkdwn.escape(', '.join(assessment.involve))}*"))
    drawn.append(blocks.context("Nothing is changed until you apply it."))
    kept = json.dumps(
        {"incident": incident_id, "level": assessment.level, "why": " ".join(assessment.reasons)}
    )
    return blocks.modal(
        "The level", drawn, callback_id=APPLY_CALLBACK, submit=f"Apply {assessment.level}", metadata=kept
    )


def _answers(question: Question) -> blocks.Block:
    choices = [
        (f"{choice.words} ({choice.effect})" if choice.effect else choice.words, choice.id)
        for choice in question.choices
    ]
    return {"type": "radio_buttons", "action_id": question.id, "options": blocks.options(choices)}
