import inspect

import pytest

from incidents import errors
from incidents.errors import (
    ConfigError,
    CordonError,
    InDoubtError,
    LeaseLostError,
    OutsideError,
    PermanentError,
    PersonError,
    TemporaryError,
)

ALL = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)]


def test_callers_can_catch_every_error_at_its_root() -> None:
    assert len(ALL) > 8
    assert all(issubclass(one, CordonError) for one in ALL)


def test_what_a_person_did_what_the_operator_did_and_what_a_vendor_did_are_apart() -> None:
    families = [PersonError, ConfigError, OutsideError, LeaseLostError]
    for one in ALL:
        belongs = [family for family in families if issubclass(one, family)]
        assert len(belongs) == (0 if one is CordonError else 1), one


@pytest.mark.parametrize("kind", [TemporaryError, PermanentError, InDoubtError])
def test_a_vendors_refusal_names_the_vendor_and_its_code(kind: type[OutsideError]) -> None:
    error = kind("Slack", "channel_not_found")
    assert (error.service, error.code) == ("Slack", "channel_not_found")
    assert str(error) == "Slack answered channel_not_found"
    assert str(kind("Slack", "http_500", "Slack is down")) == "Slack is down"


def test_whether_trying_again_helps_is_a_matter_of_type() -> None:
    for one, other in [(TemporaryError, PermanentError), (PermanentError, InDoubtError)]:
        assert not issubclass(one, other)
        assert not issubclass(other, one)


def test_how_long_to_wait() -> None:
    assert TemporaryError("Slack", "ratelimited").retry_after == 0
    assert TemporaryError("Slack", "ratelimited", retry_after=3).retry_after == 3
