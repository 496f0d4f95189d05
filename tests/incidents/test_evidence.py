"""What a bundle promises about its files."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.evidence import MANIFEST, Bundle, bundle_of, safe_name, safe_names


def test_a_bundle_holds_size_and_hash_of_each_file_and_a_digest_of_all() -> None:
    bundle, contents = bundle_of("INC-42", "run-1", {"pods.json": b"{}"}, {"taken by": "U0ANN"})
    [file] = bundle.files
    assert (file.name, file.size, file.sha256) == ("pods.json", 2, hashlib.sha256(b"{}").hexdigest())
    assert contents == {"pods.json": b"{}"}
    assert bundle.digest == bundle.expected_digest
    assert Bundle.model_validate_json(bundle.model_dump_json()) == bundle


@pytest.mark.parametrize(
    "change", [{"incident_key": "INC-43"}, {"run_key": "run-2"}, {"about": {}}, {"files": ()}]
)
def test_any_change_gives_another_digest(change: dict[str, object]) -> None:
    bundle, _ = bundle_of("INC-42", "run-1", {"a": b"x"}, {"by": "U0ANN"})
    assert bundle.model_copy(update=change).expected_digest != bundle.digest


def test_names_that_can_stay_stay_and_the_others_are_marked() -> None:
    assert safe_name("agent-prod_1.log") == "agent-prod_1.log"
    assert safe_name("../../etc/passwd").endswith("-_.._etc_passwd")
    assert safe_name("a/b") != safe_name("a_b")
    assert len(safe_name("x" * 5000)) < 100


@given(
    st.lists(
        st.text(st.characters(), max_size=20) | st.sampled_from(["..", ".", "", "a", "A", MANIFEST]),
        unique=True,
    )
)
def test_names_are_no_paths_and_each_its_own(originals: list[str]) -> None:
    names = safe_names(originals)
    assert len({name.lower() for name in names.values()} - {MANIFEST}) == len(originals)
    for name in names.values():
        assert name.strip(".-")
        assert name == name.encode("ascii").decode()
        assert not set(name) & {"/", "\\", "\0", ":", " "}
        assert not name.startswith((".", "-"))
