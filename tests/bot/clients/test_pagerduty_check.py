"""What `cordon doctor` can say of PagerDuty without waking anybody."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.clients.pagerduty import PagerDutyAccess
from bot.clients.pagerduty_check import check
from incidents.errors import PermanentError, TemporaryError
from sandbox.pagerduty import PagerDutySandbox


@pytest.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PagerDutySandbox]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = PagerDutySandbox(emails=("oncall@example.com", "not-oncall@example.com"))
    await one.start()
    yield one
    assert one.alerts == [], "nobody was woken"
    await one.stop()


@pytest.fixture
def access(town: PagerDutySandbox) -> PagerDutyAccess:
    return PagerDutyAccess(
        SecretStr(town.routing_key), SecretStr(town.api_key), "OnCall@example.com", town.url, town.url
    )


async def test_all_right(town: PagerDutySandbox, access: PagerDutyAccess) -> None:
    said = await check(access)
    assert said.startswith(
        "the API key is valid, OnCall@example.com is a user and the routing key has the right"
    )
    assert "can't be checked without paging" in said
    assert [one.what for one in town.asked] == ["/abilities", "/users"]


async def test_without_an_address_nobody_is_looked_up(
    town: PagerDutySandbox, access: PagerDutyAccess
) -> None:
    assert await check(replace(access, from_email=None))
    assert [one.what for one in town.asked] == ["/abilities"]


async def test_without_an_api_key_nothing_is_asked(town: PagerDutySandbox, access: PagerDutyAccess) -> None:
    said = await check(replace(access, api_key=None))
    assert "no PAGERDUTY_API_KEY" in said
    assert town.asked == []


@pytest.mark.parametrize("key", ["", "short", "g" * 32, "0" * 33, "R" + "a" * 31, "0" * 32 + "\n"])
async def test_a_routing_key_of_the_wrong_form(access: PagerDutyAccess, key: str) -> None:
    with pytest.raises(PermanentError, match="PAGERDUTY_ROUTING_KEY"):
        await check(replace(access, routing_key=SecretStr(key)))


async def test_an_orchestration_s_key_is_right_too(access: PagerDutyAccess) -> None:
    assert await check(replace(access, routing_key=SecretStr("R" + "0A" * 15 + "Z")))


async def test_a_wrong_api_key(town: PagerDutySandbox, access: PagerDutyAccess) -> None:
    with pytest.raises(PermanentError, match=r"401.*does not know the key") as caught:
        await check(replace(access, api_key=SecretStr("u+wrongwrongwrong")))
    assert "wrong" not in str(caught.value)
    assert len(town.asked) == 1


async def test_an_address_of_nobody(access: PagerDutyAccess) -> None:
    with pytest.raises(PermanentError, match="PAGERDUTY_FROM_EMAIL"):
        await check(replace(access, from_email="oncall@example"))


async def test_no_answer(town: PagerDutySandbox, access: PagerDutyAccess) -> None:
    town.faults.add(method="/abilities", kind="error", code="503")
    with pytest.raises(TemporaryError):
        await check(access)


async def test_too_many(town: PagerDutySandbox, access: PagerDutyAccess) -> None:
    town.faults.add(method="/abilities", kind="rate_limited", retry_after=3)
    with pytest.raises(TemporaryError) as caught:
        await check(access)
    assert caught.value.retry_after == 3
