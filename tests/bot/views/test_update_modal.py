from hypothesis import given
from hypothesis import strategies as st

from bot.views import update_modal
from incidents.audience import RESPONDERS
from incidents.status_update import UpdateFields, UpdateKind
from tests.bot.views.conftest import hostile, incident, seen_view, told

ABOUT = "🔴 SEV1 · INC-42 · Agent leaks customer data"
LONG, SHORT = hostile(1500), hostile(200)
FIELDS = st.builds(
    UpdateFields,
    **{
        name: SHORT if name in {"eta", "model_version", "failure_mode"} else LONG
        for name in UpdateFields.model_fields
    },
)


def test_an_update_asks_for_what_people_outside_want_to_know() -> None:
    view = update_modal.update(incident(), UpdateFields(state="Traffic is off", eta="1 h"), "C0ROOM")
    shown = seen_view(view)
    assert shown[:3] == [ABOUT, "Current state", "What is happening now, in a sentence or two"]
    labels = [block["label"]["text"] for block in view["blocks"][1:]]
    assert labels == [
        *("Current state", "What users feel", "What is being done", "Estimate to resolution"),
        *("Model / version", "Failure mode", "Suspected cause"),
    ]
    filled = {block["block_id"]: block["element"].get("initial_value") for block in view["blocks"][1:]}
    assert {name: text for name, text in filled.items() if text} == {"state": "Traffic is off", "eta": "1 h"}
    assert [block["block_id"] for block in view["blocks"][1:] if not block["optional"]] == ["state"]
    assert (view["submit"]["text"], view["private_metadata"]) == ("Publish", "42:C0ROOM")


def test_the_failure_mode_comes_from_the_classification_unless_one_was_told() -> None:
    known = incident(classification={"failure_mode": "prompt_injection"})
    for said, shown in (("", "Prompt injection"), ("jailbreak", "jailbreak")):
        view = update_modal.update(known, UpdateFields(failure_mode=said), "")
        [box] = [block["element"] for block in view["blocks"][1:] if block["block_id"] == "failure_mode"]
        assert box["initial_value"] == shown


def test_a_resolution_asks_what_happened_and_who_owns_what_follows() -> None:
    view = update_modal.resolve(incident(), UpdateFields(cause="A prompt"), "")
    assert seen_view(view)[0] == ABOUT
    labels = [block["label"]["text"] for block in view["blocks"][1:]]
    assert labels == [
        *("What happened", "Cause, as far as known", "What was done", "What users felt"),
        "What follows, and who owns it",
    ]
    assert (view["title"]["text"], view["private_metadata"]) == ("Resolve INC-42", "42:")


def test_a_text_that_waits_is_changed_in_the_form_of_its_kind() -> None:
    audience = RESPONDERS.model_copy(update={"title": "Sales & <!here>"})
    view = update_modal.edit(incident(), told(state="Off", follow_up="Dee"), audience)
    assert seen_view(view)[1] == "For Sales &amp; &lt;!here&gt;. Whoever approves sees the new text first."
    assert [block["block_id"] for block in view["blocks"][2:]][:4] == ["state", "impact", "actions", "eta"]
    assert (view["submit"]["text"], view["private_metadata"]) == ("Save", "42:1")
    view = update_modal.edit(incident(), told(UpdateKind.RESOLUTION, follow_up="Dee"), audience)
    filled = {block["block_id"]: block["element"].get("initial_value") for block in view["blocks"][2:]}
    assert filled["follow_up"] == "Dee"


@given(hostile(120, least=1), FIELDS)
def test_any_last_update_can_be_carried_on(title: str, last: UpdateFields) -> None:
    one = incident(id=10**9, title=title)
    for form in (update_modal.update, update_modal.resolve):
        view = form(one, last, "C0ROOM")
        seen_view(view)
        for block in view["blocks"][1:]:
            assert block["element"].get("initial_value", "") == getattr(last, block["block_id"])
