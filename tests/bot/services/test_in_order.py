import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.in_order import InOrder


async def _runs(order: InOrder, names: list[str], skipped: set[str]) -> list[str]:
    """Start an effect for each name; those skipped won't happen. What began, in order."""
    began: list[str] = []

    async def effect(name: str) -> None:
        if name not in skipped:
            await order.turn(name)
            began.append(name)
        order.begun(name)

    await asyncio.wait_for(asyncio.gather(*map(effect, names)), 10)
    return began


@settings(max_examples=40, deadline=None)
@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")))
def test_whatever_starts_first_effects_begin_in_their_order(started: list[str], skipped: set[str]) -> None:
    began = asyncio.run(_runs(InOrder("abcdef"), started, skipped))
    assert began == sorted(set("abcdef") - skipped)


async def test_the_first_waits_for_nobody() -> None:
    await InOrder(["card", "checklist"]).turn("card")


async def test_the_next_waits_until_the_one_before_has_begun() -> None:
    order = InOrder(["card", "initial", "checklist"])
    waiting = asyncio.create_task(order.turn("checklist"))
    order.begun("initial")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    order.begun("card")
    await waiting


async def test_a_name_that_was_not_given_is_an_error() -> None:
    order = InOrder(["card"])
    with pytest.raises(ValueError, match="pin"):
        await order.turn("pin")
