from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.action_catalog import Catalog, Way
from incidents.containment import Risk
from incidents.errors import NotFoundError


def step(risk: str | None = "low", **more: object) -> dict[str, object]:
    return {"title": "A step", "command": "http_request", "risk": risk, **more}


def sequence(*names: str, **more: object) -> dict[str, object]:
    return {"title": "A sequence", "sequence": list(names), **more}


def catalog(**actions: dict[str, Any]) -> Catalog:
    return Catalog.model_validate({"actions": {name.replace("_", "-"): one for name, one in actions.items()}})


SMALL = catalog(
    tools_off=step("medium"),
    revoke_keys=step("high", recovery="issue-keys"),
    issue_keys=step(),
    drain_queue=step("low"),
    stop_agent=step("low"),
    watch=step("low"),
    model_off=sequence("drain-queue", "stop-agent", parallel=True),
    kill_switch=sequence("tools-off", "revoke-keys", "model-off", watch="watch"),
)


def test_an_action_is_found_by_its_name() -> None:
    assert SMALL.get(" Stop-Agent ").title == "A step"
    with pytest.raises(
        NotFoundError, match=r'no action "stop-agnt"\. Did you mean "stop-agent"\? There are: drain'
    ):
        SMALL.get("stop-agnt")
    with pytest.raises(NotFoundError, match="No action is set up"):
        Catalog().get("x")


def test_the_playbooks_actions_are_offered_first_and_sequences_lead() -> None:
    offered = SMALL.allowed_for(["watch", "kill-switch", "not-set-up"], "SEV2")
    assert offered[:3] == ("kill-switch", "watch", "model-off")
    assert set(offered) == set(SMALL.actions)
    only = catalog(a=step(when={"severities": ["SEV0"]}), b=step())
    assert only.allowed_for(["a"], "SEV0") == ("a", "b")
    assert only.allowed_for(["a"], "SEV1") == ("b",)


def test_a_sequence_is_as_risky_as_its_worst_step() -> None:
    assert SMALL.risk("kill-switch") is Risk.HIGH
    assert SMALL.risk("model-off") is Risk.LOW
    assert catalog(a=step("medium"), b=sequence("a", risk="high")).risk("b") is Risk.HIGH
    assert catalog(a=step("medium"), b=sequence("a", risk="low")).risk("b") is Risk.MEDIUM
    assert catalog(a=step(None)).risk("a") is Risk.HIGH


def test_a_sequence_of_sequences_is_unfolded() -> None:
    assert SMALL.stages("kill-switch") == (("tools-off",), ("revoke-keys",), ("drain-queue", "stop-agent"))
    assert SMALL.stages("stop-agent") == (("stop-agent",),)
    both = catalog(
        a=step(), b=step(), c=step(), ab=sequence("a", "b"), abc=sequence("ab", "c"), side=sequence("a", "b", parallel=True),
        sides=sequence("side", "c", parallel=True),
    )  # fmt: skip
    assert both.stages("abc") == (("a",), ("b",), ("c",))
    assert both.stages("sides") == (("a", "b", "c"),)


def test_the_way_back_takes_the_last_step_first_and_watches_between() -> None:
    assert [(one.action, one.way) for one in SMALL.mirror("kill-switch")] == [
        ("stop-agent", Way.REVERT),
        ("watch", Way.WATCH),
        ("drain-queue", Way.REVERT),
        ("watch", Way.WATCH),
        ("issue-keys", Way.RUN),
        ("watch", Way.WATCH),
        ("tools-off", Way.REVERT),
        ("watch", Way.WATCH),
    ]
    assert [(one.action, one.way) for one in SMALL.mirror("revoke-keys")] == [("issue-keys", Way.RUN)]


def test_a_recovery_of_its_own_is_followed_in_its_order() -> None:
    own = catalog(
        stop=step(recovery="back", watch="watch"),
        start_one=step(),
        start_all=step(),
        watch=step(),
        back=sequence("start-one", "watch", "start-all"),
    )
    assert [(one.action, one.way) for one in own.mirror("stop")] == [
        ("start-one", Way.RUN),
        ("watch", Way.WATCH),
        ("start-all", Way.RUN),
        ("watch", Way.WATCH),
    ]


def test_a_sequence_asks_what_its_steps_ask() -> None:
    ids: dict[str, Any] = {"ask": {"ids": {"label": "Ids", "kind": "ids"}}}
    both = catalog(a={**step(), **ids}, b={**step(), **ids}, c=step(), all=sequence("a", "b", "c"))
    assert list(both.asks("all")) == ["ids"]
    assert both.asks("c") == {}


@pytest.mark.parametrize(
    ("actions", "sentence"),
    [
        ({"a": sequence("stop-agnt"), "stop-agent": step()}, 'there is not; did you mean "stop-agent"'),
        ({"a": sequence("zzz")}, "there is not; there are: a"),
        ({"a": step(recovery="b")}, '"a" names the action "b"'),
        ({"a": step(watch="b"), "b": sequence("c"), "c": step()}, "which is a sequence; name one action"),
        ({"a": sequence("a")}, "can't be a step of itself: a → a"),
        ({"a": sequence("b"), "b": sequence("c"), "c": sequence("b")}, "b → c → b"),
        (
            {"a": sequence("b", "c", parallel=True), "b": sequence("c"), "c": step()},
            'its step "b" is a sequence in order; make "a" one too',
        ),
        ({"a": sequence("b", "b", parallel=True), "b": step()}, '"a" runs "b" twice side by side'),
        (
            {
                "a": sequence("b", "c"),
                "b": step(ask={"x": {"label": "X"}}),
                "c": step(ask={"x": {"label": "Y"}}),
            },
            'ask for "x" in different ways',
        ),
        ({"Stop": step()}, "should match pattern"),
    ],
)
def test_actions_that_do_not_fit_together_are_told(actions: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Catalog.model_validate({"actions": actions})


def test_nested_sequences_have_a_limit_and_cost_nothing() -> None:
    doubling = {f"s{n}": sequence(f"s{n + 1}", f"s{n + 1}") for n in range(60)} | {"s60": step()}
    with pytest.raises(ValidationError, match="64 steps with its inner sequences; 40 is the most"):
        Catalog.model_validate({"actions": doubling})


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.integers(0, 2))
def test_no_step_is_lost_on_the_way_or_on_the_way_back(numbers: list[int], split: int) -> None:
    names = [f"s{n}" for n in numbers]
    steps = {f"s{n}": step() for n in range(6)}
    inner = {"inner": sequence(*names[:split])} if split and names[:split] else {}
    outer = sequence(*(["inner"] if inner else names[:split]), *names[split:], watch="watch")
    if not outer["sequence"]:
        return
    whole = Catalog.model_validate({"actions": {**steps, **inner, "watch": step(), "outer": outer}})
    assert list(whole.steps("outer")) == names
    back = whole.mirror("outer")
    assert [one.action for one in back[::2]] == names[::-1]
    assert all(one.way is Way.WATCH for one in back[1::2])
    assert len(back) == 2 * len(names)
