import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import updates
from bot.views.mrkdwn import unescape
from incidents.audience import Audience
from incidents.incident import Incident
from incidents.status_update import UpdateFields, UpdateKind
from tests.bot.views.conftest import (
    ANN,
    HURRIED,
    MINUTE,
    NOW,
    SCHEME,
    TEMPLATES,
    buttons,
    date,
    hostile,
    incident,
    primary,
    resolved,
    seen,
    told,
)

INITIAL, UPDATE, RESOLUTION = UpdateKind


def _text(kind: UpdateKind, about: Incident, **fields: str) -> str:
    said = UpdateFields.model_validate(fields)
    return updates.text(kind, about, said, author=ANN, now=NOW, templates=TEMPLATES, scheme=SCHEME)


def test_the_first_telling() -> None:
    assert _text(INITIAL, incident(commander=None), state="Seen by support").split("\n") == [
        "*Incident:* Agent leaks customer data",
        f"*Severity:* SEV1 (High): {SCHEME.levels[1].definition}",
        "*Status:* 🔎 Investigating",
        "*Impact:* not known yet",
        "*Lead:* nobody yet",
        "*Bridge:* <#C0ROOM>",
        "*Summary:* Seen by support",
    ]


def test_a_periodic_telling() -> None:
    text = _text(
        UPDATE, incident(), state="Traffic is off", impact="Slow answers", actions="Rolling back", eta="1 h"
    )
    assert text.split("\n") == [
        "🔴 *Update on INC-42 · Agent leaks customer data*",
        f"*SEV1 · 🔎 Investigating* · {date(NOW)} · by <@U0ANN>",
        "*Current state:* Traffic is off",
        "*What users feel:* Slow answers",
        "*Being done:* Rolling back",
        "*Expected to be resolved:* 1 h",
        f"*Next update:* {date(NOW + 18 * MINUTE)}",
    ]


def test_the_last_telling() -> None:
    form, fallback = "{date_short_pretty} {time}", "%Y-%m-%d %H:%M"
    start, end = date(NOW - 12 * MINUTE, form, fallback), date(NOW, form, fallback)
    assert _text(RESOLUTION, resolved(), state="A prompt leaked", follow_up="INC ticket, @bob").split(
        "\n"
    ) == [
        "✅ *Resolved: INC-42 · Agent leaks customer data*",
        f"*Duration:* 12 min ({start} to {end})",
        "*What happened:* A prompt leaked",
        "*What follows, and who owns it:* INC ticket, @bob",
        "*Resolved by:* <@U0ANN>",
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (INITIAL, "Initial notification: 🔴 SEV1 · INC-42 · Agent leaks customer data"),
        (UPDATE, "Status update: 🔴 SEV1 · INC-42 · Agent leaks customer data"),
        (RESOLUTION, "Resolved: 🔴 SEV1 · INC-42 · Agent leaks customer data"),
    ],
)
def test_a_notification_says_which_telling_it_is_and_a_resolution_can_be_taken_back(
    kind: UpdateKind, text: str
) -> None:
    message = updates.message(incident(), told(kind, "*Text*"))
    assert message.text == text
    assert seen(message)[0] == "*Text*"
    assert list(buttons(message)) == (["Reopen"] if kind is RESOLUTION else [])
    assert primary(message) == []


def test_an_audience_has_its_own_words_and_no_button_to_reopen() -> None:
    audience = Audience(key="leadership", title="Leadership", templates={RESOLUTION: "leadership_resolution"})
    said = UpdateFields(state="A prompt leaked")
    text = updates.text(
        RESOLUTION,
        resolved(),
        said,
        author=ANN,
        now=NOW,
        templates=TEMPLATES,
        scheme=SCHEME,
        audience=audience,
    )
    assert "*Who led:* <@U0ANN>" in text
    message = updates.message(
        resolved(), told(RESOLUTION, text).model_copy(update={"audience": "leadership"})
    )
    assert seen(message) == [text]
    assert buttons(message) == {}


def _fields(state: str, eta: str) -> dict[str, str]:
    long = dict.fromkeys(["state", "impact", "actions", "cause", "follow_up"], state)
    return {**long, "eta": eta, "model_version": eta, "failure_mode": eta}


@HURRIED
@given(
    kind=st.sampled_from(UpdateKind),
    title=hostile(120, least=1),
    state=hostile(1500),
    eta=hostile(200),
    made=st.sampled_from([incident, resolved]),
)
def test_any_telling_is_taken_by_slack_and_nobodys_words_are_markup(
    kind: UpdateKind, title: str, state: str, eta: str, made: type
) -> None:
    about = made(title=title)
    text = _text(kind, about, **_fields(state, eta))
    seen(updates.message(about, told(kind, text)))


@pytest.mark.parametrize("letter", ["x", "<", "&", "word ", "line\n"])
def test_what_is_longer_than_a_section_is_shown_whole(letter: str) -> None:
    state = (letter * 1500)[:1500].strip()
    message = updates.message(incident(), told(text=_text(UPDATE, incident(), state=state)))
    shown = "".join(seen(message)).replace("\n", "")
    assert unescape(shown).count(letter.strip()) >= state.count(letter.strip())


def test_all_that_can_be_said_at_once_is_shown_whole() -> None:
    text = _text(UPDATE, incident(), **_fields("x" * 1500, "y" * 200))
    shown = seen(updates.message(incident(), told(text=text)))
    assert "\n".join(shown) == text
    assert "…" not in text
