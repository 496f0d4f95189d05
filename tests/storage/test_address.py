"""A wrong address is said, and never its password."""

import pytest

from incidents.errors import ConfigError
from storage.database import Database


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me:hunter2@host/db", 'speaks of "mysql"'),
        ("not an address with hunter2", "can't be read"),
        ("postgresql://me:hunter2@host:port/db", "can't be read"),
        ("postgresql://me:hunter2@host", "names no database"),
        ("postgresql://me:hunter2@host/db?chanel_binding=x", "chanel_binding"),
        ("sqlite://data/cordon.db", "three slashes"),
    ],
)
async def test_a_wrong_address_is_said_without_its_password(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        await Database.open(url)
    assert "hunter2" not in str(raised.value)
