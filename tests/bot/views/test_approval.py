import pytest
from hypothesis import given

from bot.views import approval
from bot.views.approval import APPROVE, DISCARD, EDIT
from incidents.audience import Audience
from incidents.roles import Role
from incidents.status_update import StatusUpdate, UpdateState
from tests.bot.views.conftest import ANN, BOB, CYD, NOW, buttons, date, hostile, incident, primary, seen, told

STAKEHOLDERS = Audience(
    key="stakeholders",
    title="Stakeholders",
    channel="#stakeholders",
    approval=frozenset({Role.COMMANDER, Role.DOMAIN_SME}),
)


def _waiting(text: str = "*We are looking into it*", **changes: object) -> StatusUpdate:
    update = told(text=text)
    return update.model_copy(
        update={"id": 7, "audience": "stakeholders", "state": UpdateState.WAITING, **changes}
    )


def test_the_exact_words_stand_there_with_who_may_approve() -> None:
    message = approval.message(incident(), _waiting(), STAKEHOLDERS)
    head, text, *_ = seen(message)
    assert head == (
        "✋ *Status update for Stakeholders (#stakeholders): not sent yet*\n"
        f"Written by <@{ANN}>. Stakeholders are told once <@{ANN}> approves."
    )
    assert text == "*We are looking into it*"
    assert message.text == "INC-42: a text for Stakeholders waits for approval"
    assert {name: one["action_id"] for name, one in buttons(message).items()} == {
        "Approve & send": APPROVE,
        "Edit…": EDIT,
        "Discard": DISCARD,
    }
    assert primary(message) == ["Approve & send"]


def test_a_press_carries_the_seal_of_the_words_that_were_seen() -> None:
    update = _waiting()
    values = {one["value"] for one in buttons(approval.message(incident(), update, STAKEHOLDERS)).values()}
    assert values == {f"42:7:{approval.seal(update)}"}
    assert approval.seal(update) != approval.seal(_waiting("*Other words*"))


def test_without_anybody_who_may_it_says_what_to_type() -> None:
    message = approval.message(incident(commander=None), _waiting(), STAKEHOLDERS)
    assert "nobody can yet: take `/incident role commander`" in seen(message)[0]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (UpdateState.SENDING, "✅ Approved by <@U0BOB> at {at}, and on its way."),
        (UpdateState.PUBLISHED, "✅ Approved by <@U0BOB> at {at}, and sent."),
        (UpdateState.FAILED, "⚠️ Approved by <@U0BOB> at {at}, but it could not be sent."),
        (UpdateState.DISCARDED, "🗑️ Discarded by <@U0BOB> at {at}. They were not told."),
        (UpdateState.SUPERSEDED, "↪️ Overtaken at {at} by what <@U0BOB> did. This text was not sent."),
    ],
)
def test_once_decided_it_says_by_whom_and_when_and_has_no_buttons(state: UpdateState, said: str) -> None:
    update = _waiting(state=state, decided_by=BOB, decided_at=NOW)
    message = approval.message(incident(), update, STAKEHOLDERS)
    assert seen(message)[0] == f"*Status update for Stakeholders*\n{said.format(at=date(NOW))}"
    assert buttons(message) == {}
    assert "<" not in message.text


def test_an_audience_that_is_configured_no_more_is_called_by_its_key() -> None:
    assert "for stakeholders: not sent yet" in seen(approval.message(incident(), _waiting(), None))[0]


@given(hostile(60, least=1))
def test_a_title_is_never_markup(title: str) -> None:
    audience = STAKEHOLDERS.model_copy(update={"title": title})
    for update in (_waiting(), _waiting(state=UpdateState.DISCARDED, decided_by=CYD, decided_at=NOW)):
        seen(approval.message(incident(commander=None), update, audience))
