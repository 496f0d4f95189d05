"""A plan says whether it is needed, and whether the world is still as it was found."""

from incidents.containment import ActionError, Change, Effect, Plan

PLAN = Plan(
    target="prod/agent", changes=(Change(what="replicas", before="6", after="0"),), state={"replicas": 6}
)


def test_a_plan_is_needed_while_something_would_be_different() -> None:
    assert PLAN.is_needed
    same = Plan(target="prod/agent", changes=(Change(what="replicas", before="0", after="0"),))
    assert not same.is_needed
    assert not Plan(target="prod/agent").is_needed


def test_a_plan_holds_while_target_state_and_changes_are_the_same() -> None:
    assert PLAN.holds(PLAN.model_copy(update={"warnings": ("slow",)}))
    assert not PLAN.holds(PLAN.model_copy(update={"state": {"replicas": 5}}))
    assert not PLAN.holds(PLAN.model_copy(update={"target": "prod/other"}))


def test_a_plan_survives_storage() -> None:
    assert Plan.model_validate_json(PLAN.model_dump_json()) == PLAN


def test_an_error_says_what_failed_where_things_stand_and_what_to_do() -> None:
    error = ActionError("It broke.", now="Nothing changed.", then="Try again.")
    assert str(error) == "It broke. Nothing changed. Try again."
    assert error.effect is Effect.NONE
    assert not error.temporary
