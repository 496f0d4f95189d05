"""What the account may do is asked from the cluster: each permission once, subresources and names as RBAC has them."""

import pytest

from commands.base import registry
from commands.base.kubernetes_access import review
from incidents.containment import ActionError, Effect, Permission
from sandbox.faults import Kind
from sandbox.kubernetes_kinds import ACCESS_REVIEW
from tests.commands.conftest import Town
from tests.commands.test_kubernetes_rbac import EXAMPLES

SCALE = Permission(verb="patch", resource="deployments/scale", group="apps", namespace="prod", name="agent")
READ = Permission(verb="get", resource="deployments", group="apps", namespace="prod", name="agent")


async def test_what_is_granted_and_what_is_not(town: Town) -> None:
    town.cluster.forbidden.add(("patch", "deployments/scale"))
    assert await review(town.surroundings(), [READ, SCALE, READ]) == [
        (READ, True, 'Cordon may "get" deployments.apps agent in the namespace prod.'),
        (
            SCALE,
            False,
            (
                'Cordon may not "patch" deployments/scale.apps agent in the namespace prod. '
                "Grant it: deploy/kubernetes/rbac.yaml shows the rule."
            ),
        ),
    ]
    assert town.calls == ["create selfsubjectaccessreviews"] * 2


async def test_all_that_the_commands_need_can_be_asked(town: Town) -> None:
    needed = {
        one
        for name, examples in EXAMPLES.items()
        for given in examples
        for one in registry.load(name).permissions(registry.read_params(name, given))
    }
    found = await review(town.surroundings(), sorted(needed, key=str))
    assert {one for one, allowed, _ in found if allowed} == needed
    town.cluster.forbidden |= {(one.verb, one.resource) for one in needed}
    found = await review(town.surroundings(), sorted(needed, key=str))
    assert {one for one, allowed, _ in found if not allowed} == needed


async def test_nothing_to_ask_asks_nothing(town: Town) -> None:
    assert await review(town.surroundings(), []) == []
    assert town.calls == []


@pytest.mark.parametrize("trouble", ["hang", "error", "lost_answer"])
async def test_a_cluster_that_does_not_say_is_no_permission(town: Town, trouble: Kind) -> None:
    town.cluster.faults.add(method=f"create {ACCESS_REVIEW.plural}", kind=trouble, code="403")
    with pytest.raises(ActionError, match="did not say what Cordon may do") as caught:
        await review(town.surroundings(timeout_seconds=0.2), [READ])
    assert caught.value.effect is Effect.NONE
