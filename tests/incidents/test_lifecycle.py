import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import IllegalMoveError, NotUnderstoodError
from incidents.lifecycle import (
    ALL_GATES,
    MOVES,
    GateFacts,
    GateKind,
    Stage,
    check_move,
    gates_before,
    missing,
    read_link,
    with_waiver,
)

DECLARED, INVESTIGATING, CONTAINED, RECOVERING = [stage for stage in Stage if stage.is_open]
RESOLVED, CLOSED, CANCELLED, MERGED = Stage.RESOLVED, Stage.CLOSED, Stage.CANCELLED, Stage.MERGED
NO_GATES: frozenset[GateKind] = frozenset()
ENDS = {RESOLVED, CANCELLED, MERGED}
TABLE = {
    DECLARED: {INVESTIGATING, CONTAINED, RECOVERING} | ENDS,
    INVESTIGATING: {CONTAINED, RECOVERING} | ENDS,
    CONTAINED: {INVESTIGATING, RECOVERING} | ENDS,
    RECOVERING: {INVESTIGATING} | ENDS,
    RESOLVED: {CLOSED, INVESTIGATING},
    CLOSED: {INVESTIGATING},
    CANCELLED: {INVESTIGATING},
    MERGED: set[Stage](),
}
ALL_PROVEN = GateFacts(
    containment_verified="0 of 6 pods are ready",
    postmortem_link="https://wiki.example/42",
    regression_link="https://git.example/cases/42",
)

stages = st.sampled_from(Stage)
words = st.none() | st.text(max_size=5)
facts_of_any_kind = st.builds(
    GateFacts,
    containment_verified=words,
    postmortem_link=words,
    regression_link=words,
    waivers=st.dictionaries(st.sampled_from(GateKind), st.text(max_size=5)),
)


@pytest.mark.parametrize("origin", Stage)
@pytest.mark.parametrize("to", Stage)
def test_every_pair_of_stages_is_a_move_or_is_refused_with_a_sentence(origin: Stage, to: Stage) -> None:
    if to in TABLE[origin]:
        check_move(origin, to, gates=NO_GATES)
    else:
        with pytest.raises(IllegalMoveError, match=r"^It is .*\.$"):
            check_move(origin, to, gates=NO_GATES)


def test_open_and_over_are_opposites() -> None:
    assert [stage for stage in Stage if stage.is_open] == [DECLARED, INVESTIGATING, CONTAINED, RECOVERING]
    assert all(stage.is_open is not stage.is_over for stage in Stage)


@given(origin=stages)
def test_every_way_on_from_an_open_stage_can_end(origin: Stage) -> None:
    if origin.is_open:
        assert MOVES[origin] >= ENDS


@pytest.mark.parametrize(
    ("origin", "to", "sentence"),
    [
        (RESOLVED, RESOLVED, "It is resolved already."),
        (CANCELLED, CANCELLED, "It is cancelled as a false positive already."),
        (CLOSED, RESOLVED, "It is closed. Press *Reopen* or type `/incident reopen` first."),
        (RESOLVED, CANCELLED, "It is resolved. Press *Reopen* or type `/incident reopen` first."),
        (RECOVERING, DECLARED, "It is recovering, and no incident goes back to declared."),
        (
            MERGED,
            INVESTIGATING,
            "It is merged as a duplicate, which is final: work goes on in the incident that it was merged into.",
        ),
        (
            INVESTIGATING,
            CLOSED,
            "It is investigating, and only a resolved incident is closed: `/incident resolve` first.",
        ),
        (
            RECOVERING,
            CONTAINED,
            (
                "It is recovering and can't become contained. From here it can become:"
                " investigating, resolved, cancelled, merged."
            ),
        ),
    ],
)
def test_a_refusal_says_what_to_do_instead(origin: Stage, to: Stage, sentence: str) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        check_move(origin, to)
    assert str(caught.value) == sentence


def test_a_refusal_can_name_the_incident() -> None:
    with pytest.raises(IllegalMoveError, match=r"^INC-42 is resolved already\.$"):
        check_move(RESOLVED, RESOLVED, name="INC-42")
    with pytest.raises(IllegalMoveError, match=r"^INC-42 can't be closed yet\. There is no"):
        check_move(RESOLVED, CLOSED, name="INC-42")


def test_resolving_wants_verified_containment() -> None:
    with pytest.raises(IllegalMoveError) as caught:
        check_move(INVESTIGATING, RESOLVED)
    assert str(caught.value) == (
        "It can't be resolved yet. Containment is not verified. Press *Verify containment…* or type"
        " `/incident verify` with a link or words that show it, or let the commander waive it:"
        " `/incident waive containment because …`."
    )
    check_move(INVESTIGATING, RESOLVED, facts=GateFacts(containment_verified="0 of 6 pods are ready"))


def test_closing_names_everything_that_is_missing_at_once() -> None:
    lacking = missing(CLOSED, ALL_GATES, GateFacts())
    assert len(lacking) == 2
    assert "no published postmortem" in lacking[0]
    assert "no regression case" in lacking[1]
    with pytest.raises(IllegalMoveError, match=r"postmortem.*regression"):
        check_move(RESOLVED, CLOSED)
    check_move(RESOLVED, CLOSED, facts=ALL_PROVEN)


def test_only_the_gates_that_the_playbook_wants_bar_the_way() -> None:
    assert gates_before(CLOSED) == (GateKind.POSTMORTEM, GateKind.REGRESSION)
    assert gates_before(CLOSED, {GateKind.REGRESSION}) == (GateKind.REGRESSION,)
    check_move(RESOLVED, CLOSED, gates={GateKind.CONTAINMENT})


@given(origin=stages, to=stages, facts=facts_of_any_kind)
def test_gates_bar_nothing_but_resolving_and_closing(origin: Stage, to: Stage, facts: GateFacts) -> None:
    if to not in {RESOLVED, CLOSED}:
        assert missing(to, ALL_GATES, facts) == []


@given(
    to=stages,
    gates=st.frozensets(st.sampled_from(GateKind)),
    more=st.sampled_from(GateKind),
    f=facts_of_any_kind,
)
def test_another_gate_never_makes_a_move_easier(
    to: Stage, gates: frozenset[GateKind], more: GateKind, f: GateFacts
) -> None:
    assert set(missing(to, gates, f)) <= set(missing(to, gates | {more}, f))


@given(facts=facts_of_any_kind, gate=st.sampled_from(GateKind))
def test_white_space_passes_no_gate(facts: GateFacts, gate: GateKind) -> None:
    said = [facts.proof(gate) or "", facts.waivers.get(gate, "")]
    assert facts.passes(gate) is any(text.strip() for text in said)


def test_a_waiver_passes_its_gate_and_stands_out() -> None:
    facts = with_waiver(GateFacts(), GateKind.REGRESSION, "  the model is\nretired. ")
    assert facts.passes(GateKind.REGRESSION)
    assert not facts.passes(GateKind.POSTMORTEM)
    assert facts.waived == ("Waived: a regression case, because the model is retired",)


def test_a_waiver_lets_the_move_pass() -> None:
    facts = with_waiver(GateFacts(), GateKind.CONTAINMENT, "the agent was never deployed")
    check_move(INVESTIGATING, RESOLVED, facts=facts)
    facts = with_waiver(facts, GateKind.POSTMORTEM, "it was a test")
    with pytest.raises(IllegalMoveError, match="no regression case"):
        check_move(RESOLVED, CLOSED, facts=facts)


@given(to=stages, facts=facts_of_any_kind)
def test_what_is_missing_is_what_does_not_pass(to: Stage, facts: GateFacts) -> None:
    barred = [gate for gate in gates_before(to) if not facts.passes(gate)]
    assert len(missing(to, ALL_GATES, facts)) == len(barred)


def test_a_gate_fulfilled_after_its_waiver_stands_out_no_more() -> None:
    facts = with_waiver(ALL_PROVEN, GateKind.REGRESSION, "the model is retired")
    assert facts.waived == ()


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_waiver_needs_a_reason(reason: str) -> None:
    with pytest.raises(NotUnderstoodError, match="Say why verified containment is waived"):
        with_waiver(GateFacts(), GateKind.CONTAINMENT, reason)


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://wiki.example/42", "https://wiki.example/42"),
        (" <https://wiki.example/42> ", "https://wiki.example/42"),
        ("<https://wiki.example/42|the postmortem>", "https://wiki.example/42"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_a_link_is_read_however_slack_sends_it(typed: str, link: str) -> None:
    assert read_link(typed) == link


@pytest.mark.parametrize(
    "typed", ["", "later", "wiki.example/42", "https://", "javascript:alert(1)", "https://a|b", "https://a b"]
)
def test_what_is_no_link_is_told(typed: str) -> None:
    with pytest.raises(NotUnderstoodError, match="is no link"):
        read_link(typed)
