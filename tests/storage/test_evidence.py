"""Which evidence store an address means."""

from pathlib import Path

import pytest

from bot.settings import read_environment
from incidents.errors import ConfigError
from storage.evidence import DEFAULT_URL, open_evidence


@pytest.mark.parametrize("form", ["{}", "file://{}", "file://localhost{}", " {} "])
async def test_a_folder_by_path_or_url(tmp_path: Path, form: str) -> None:
    store = open_evidence(form.format(f"{tmp_path}/ev"))
    bundle = await store.keep("INC-1", "run", {"a": b"x"}, {})
    assert (tmp_path / "ev" / "INC-1" / "run" / "a").read_bytes() == b"x"
    assert await store.verify(bundle) is None


async def test_a_url_may_escape_what_a_path_holds(tmp_path: Path) -> None:
    await open_evidence(f"file://{tmp_path}/our%20evidence").keep("INC-1", "run", {}, {})
    assert (tmp_path / "our evidence" / "INC-1").is_dir()


@pytest.mark.parametrize(
    ("url", "about"),
    [
        ("s3://key:hunter2@bucket/evidence", 'speaks of "s3", and only "file" is supported'),
        ("file://evidence", "needs three slashes"),
        ("file:///", "needs three slashes"),
        ("http://[hunter2", "can't be read"),
        ("  ", "names no folder"),
    ],
)
def test_other_addresses_are_refused_without_repeating_them(url: str, about: str) -> None:
    with pytest.raises(ConfigError, match=about) as refusal:
        open_evidence(url)
    assert "hunter2" not in str(refusal.value)
    assert "data/evidence" in str(refusal.value)


def test_where_nothing_is_set_it_is_a_folder_of_the_working_folder() -> None:
    assert read_environment({}).evidence_url == DEFAULT_URL
    assert read_environment({"EVIDENCE_URL": " file:///srv/ev "}).evidence_url == "file:///srv/ev"
