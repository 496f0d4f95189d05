import pytest
from hypothesis import given

from bot.views import run as view
from incidents.approval import Approval, ApprovalRule, BreakGlass
from incidents.containment import Change, Effect, Plan, Risk, Verification
from incidents.ports import Message
from incidents.run_states import RunState
from incidents.runs import Failure, Run, Snapshot, SnapshotState, StepOrder
from tests.bot.views.conftest import ANN, BOB, HURRIED, MINUTE, NOW, hostile, incident, seen
from tests.incidents.runs_made import a_run, run_in

FREE = ApprovalRule(risks=(Risk.HIGH,))
STRICT = ApprovalRule(risks=(Risk.HIGH,), approvals=1)


def drawn(run: Run, rule: ApprovalRule = FREE, *steps: Run) -> Message:
    return view.message(view.RunFacts(incident(), run, steps, rule, NOW))


def text(message: Message) -> str:
    return "\n".join(seen(message))


@pytest.mark.parametrize("state", list(RunState))
def test_every_state_is_told_in_words_that_slack_takes(state: RunState) -> None:
    shown = drawn(run_in(state))
    assert view.MARKS[state] in text(shown)
    assert state.words in shown.text
    assert text(drawn(run_in(state, order=StepOrder(stages=(("a", "b"), ("c",)))), STRICT, run_in(state)))


def test_a_plan_shows_what_changes_and_that_nothing_has() -> None:
    plan = Plan(
        target="x",
        changes=(Change(what="Deployment prod/agent replicas", before="6", after="0"),),
        warnings=("It stops.",),
        destroys_evidence=True,
    )
    shown = text(drawn(a_run(plan=plan), STRICT))
    assert "Deployment prod/agent replicas: 6 → *0*" in shown
    assert "🔺 risk: high · can be undone" in shown
    assert "Nothing is changed yet" in shown
    assert "⚠️ It stops." in shown
    assert "🗄️ Evidence first" in shown
    assert f"👥 Needs one other person: the incident commander (<@{ANN}>)" in shown


def test_what_cannot_be_undone_and_what_is_so_already_is_said() -> None:
    same = Plan(target="x", changes=(Change(what="flag", before="off", after="off"),), reversible=False)
    shown = text(drawn(a_run(plan=same)))
    assert "*can't be undone*" in shown
    assert "It is so already" in shown


def test_the_approvals_given_are_named_while_it_waits() -> None:
    waiting = run_in(RunState.WAITING_APPROVAL).model_copy(update={"approvals": (Approval(by=ANN, at=NOW),)})
    two = ApprovalRule(risks=(Risk.HIGH,), approvals=2)
    assert f"Approved by <@{ANN}>" in text(drawn(waiting, two))


def test_a_failure_says_what_failed_how_it_is_now_and_what_to_do() -> None:
    failure = Failure(
        failed="The API refused.", now="6 pods run.", then="Ask for rights.", effect=Effect.NONE
    )
    failed = run_in(RunState.FAILED).model_copy(update={"failure": failure})
    shown = text(drawn(failed))
    assert "The API refused.\n*Now:* 6 pods run.\n*What to do:* Ask for rights." in shown
    assert "The API refused." in view.needs_somebody(failed)


def test_the_steps_of_a_sequence_are_told_one_by_one() -> None:
    order = StepOrder(stages=(("tools-off",), ("stop-agent",)))
    whole = run_in(RunState.RUNNING, order=order, command=None)
    step = run_in(RunState.VERIFIED, parent_id=1, position=0, title="Tools off")
    shown = text(drawn(whole, FREE, step))
    assert "✅ Tools off: 0 of 6 pods ready" in shown
    assert "▫️ stop-agent" in shown


def test_the_evidence_and_a_broken_glass_stay_to_be_seen() -> None:
    taken = Snapshot(state=SnapshotState.TAKEN, why="3 files, SHA-256 abc", evidence="INC-42/key")
    glass = BreakGlass(by=ANN, at=NOW, reason="it leaks")
    done = run_in(RunState.VERIFIED).model_copy(update={"snapshot": taken, "break_glass": glass})
    shown = text(drawn(done))
    assert "🗄️ Evidence kept: INC-42/key, 3 files, SHA-256 abc" in shown
    assert f"🚨 Without approval, by <@{ANN}>: it leaks" in shown
    skipped = Snapshot(state=SnapshotState.FAILED, why="it took longer than 5 s")
    assert "Evidence not kept: it took longer than 5 s" in text(
        drawn(done.model_copy(update={"snapshot": skipped}))
    )


def test_people_are_called_by_name_and_never_the_requester() -> None:
    run = run_in(RunState.WAITING_APPROVAL)
    assert view.approval_wanted(incident(), run, STRICT).startswith(f"✋ <@{ANN}> *Stop the agent* needs")
    own = run.model_copy(update={"requester": ANN})
    assert not view.approval_wanted(incident(), own, STRICT).startswith(f"✋ <@{ANN}>")
    glass = run.model_copy(update={"break_glass": BreakGlass(by=BOB, at=NOW, reason="it leaks")})
    assert view.glass_broken(glass, [ANN]).startswith(f"🚨 <@{ANN}> <@{BOB}> runs *Stop the agent* *without")


def test_an_expiry_is_told_before_and_when_it_fails() -> None:
    run = run_in(RunState.VERIFIED).model_copy(update={"reverts_at": NOW + MINUTE})
    assert "is undone by itself at" in view.expires_soon(run)
    assert "and was not: no answer" in view.did_not_expire(run, "no answer")


@given(words=hostile(3000, least=1))
@HURRIED
def test_whatever_is_written_is_text_and_fits(words: str) -> None:
    changes = tuple(Change(what=words, before=words, after=words) for _ in range(40))
    failure = Failure(failed=words, now=words, then=words)
    for state in (RunState.PLANNED, RunState.FAILED, RunState.RUNNING):
        run = run_in(state, title=words, reason=words).model_copy(
            update={
                "plan": Plan(target=words, changes=changes, warnings=(words,) * 20),
                "failure": failure if state is RunState.FAILED else None,
                "progress": words if state is RunState.RUNNING else "",
                "verification": Verification(verified=True, evidence=(words,) * 20),
            }
        )
        seen(drawn(run, STRICT))
        order = StepOrder(stages=(tuple(f"step-{number}" for number in range(40)),))
        steps = [run.model_copy(update={"position": number}) for number in range(40)]
        seen(drawn(run.model_copy(update={"order": order}), STRICT, *steps))
