"""Bundles in a folder: whole or not there, never written over, and seen when they were changed."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from incidents.errors import PermanentError
from incidents.evidence import MANIFEST
from storage.evidence_folder import EvidenceFolder

FILES = {
    "pods.json": b"{}",
    "../../escape.log": b"out",
    "empty": b"",
    "manifest.json": b"mine",
    "Pods.json": b"2",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def store(folder: Path) -> EvidenceFolder:
    return EvidenceFolder(folder)


async def test_what_is_kept_can_be_read_and_verified(
    store: EvidenceFolder, folder: Path, tmp_path: Path
) -> None:
    bundle = await store.keep("INC-42", "run-1", FILES, {"by": "U0ANN"})
    place = folder / "INC-42" / "run-1"
    assert {file.original: (place / file.name).read_bytes() for file in bundle.files} == FILES
    manifest = json.loads((place / MANIFEST).read_text())
    assert (manifest["digest"], manifest["about"]) == (bundle.digest, {"by": "U0ANN"})
    assert await store.verify(bundle) is None
    assert [path.name for path in tmp_path.iterdir()] == ["evidence"]
    assert [path.name for path in place.parent.iterdir()] == ["run-1"]
    assert {path.stat().st_mode & 0o077 for path in [place, *place.iterdir()]} == {0}


@pytest.mark.parametrize("key", ["../../out", "/etc", "..", "", "a\0b", "x" * 300, "run:1/é"])
async def test_hostile_keys_stay_inside(
    store: EvidenceFolder, folder: Path, tmp_path: Path, key: str
) -> None:
    bundle = await store.keep(key, key, {key: b"x"}, {key: key})
    assert await store.verify(bundle) is None
    assert [path.name for path in tmp_path.iterdir()] == ["evidence"]
    [incident] = folder.iterdir()
    [run] = incident.iterdir()
    assert len(list(run.iterdir())) == 2


async def test_a_run_is_kept_once(store: EvidenceFolder, folder: Path) -> None:
    first = await store.keep("INC-42", "run-1", {"a": b"first"}, {})
    assert await store.keep("INC-42", "run-1", {"a": b"second", "b": b""}, {}) == first
    assert (folder / "INC-42" / "run-1" / "a").read_bytes() == b"first"


async def test_side_by_side_one_is_kept(store: EvidenceFolder, folder: Path) -> None:
    kept = await asyncio.gather(*(store.keep("INC-42", "run-1", {"a": b"%d" % n}, {}) for n in range(8)))
    assert len({bundle.digest for bundle in kept}) == 1
    assert await store.verify(kept[0]) is None
    assert [path.name for path in (folder / "INC-42").iterdir()] == ["run-1"]


@pytest.mark.parametrize(
    ("change", "name", "reason"),
    [
        (lambda place: (place / "b").write_bytes(b"B"), "b", "has another content"),
        (lambda place: (place / "b").write_bytes(b"bb"), "b", "has another size"),
        (lambda place: (place / "b").unlink(), "b", "is missing"),
        (lambda place: (place / "c").write_bytes(b""), "c", "was put in later"),
        (lambda place: (place / MANIFEST).unlink(), MANIFEST, "is missing or can't be read"),
        (lambda place: (place / MANIFEST).write_text("{"), MANIFEST, "is missing or can't be read"),
        (
            lambda place: (place / MANIFEST).write_text(
                (place / MANIFEST).read_text().replace("U0ANN", "U0BOB")
            ),
            MANIFEST,
            "is not the one that was written",
        ),
    ],
)
async def test_the_first_file_that_does_not_fit_is_named(
    store: EvidenceFolder, folder: Path, change: object, name: str, reason: str
) -> None:
    bundle = await store.keep("INC-42", "run-1", {"a": b"a", "b": b"b"}, {"by": "U0ANN"})
    assert callable(change)
    change(folder / "INC-42" / "run-1")
    misfit = await store.verify(bundle)
    assert misfit is not None
    assert (misfit.name, misfit.reason) == (name, reason)


async def test_a_bundle_that_was_forged_whole_is_seen_by_its_digest(
    store: EvidenceFolder, tmp_path: Path
) -> None:
    bundle = await store.keep("INC-42", "run-1", {"a": b"true"}, {})
    forger = EvidenceFolder(tmp_path / "forged")
    await forger.keep("INC-42", "run-1", {"a": b"fals"}, {})
    misfit = await forger.verify(bundle)
    assert misfit is not None
    assert misfit.name == MANIFEST


async def test_a_folder_that_is_a_file_is_told(folder: Path, store: EvidenceFolder) -> None:
    folder.write_text("")
    with pytest.raises(
        PermanentError, match=r"can't be used: .* Nothing was kept\. Check EVIDENCE_URL"
    ) as refusal:
        await store.keep("INC-42", "run-1", {"a": b"x"}, {})
    assert refusal.value.code in {"ENOTDIR", "EEXIST"}


async def test_what_stands_in_the_place_and_is_no_bundle_is_left_alone(
    folder: Path, store: EvidenceFolder
) -> None:
    place = folder / "INC-42" / "run-1"
    place.mkdir(parents=True)
    (place / "somebody's").write_text("")
    with pytest.raises(PermanentError, match="is no whole bundle"):
        await store.keep("INC-42", "run-1", {"a": b"x"}, {})
    assert [path.name for path in place.parent.iterdir()] == ["run-1"]


_KEEP = """
import asyncio, sys
from pathlib import Path
from incidents.errors import PermanentError
from storage.evidence_folder import EvidenceFolder
try:
    asyncio.run(EvidenceFolder(Path(sys.argv[1])).keep("INC-42", "run-1", {"a": b"x" * 1000000}, {}))
except PermanentError as error:
    print(error.code, error)
print(sorted(path.name for path in Path(sys.argv[1]).rglob("*")))
"""
_MOUNT = 'mount -t tmpfs -o "$2" none "$1" || exit 77; exec "$3" -c "$4" "$1"'


@pytest.mark.parametrize(
    ("options", "said", "left"),
    [
        (
            "size=64k",
            "ENOSPC The evidence folder {} is on a full disk. Nothing was kept. Free space on it.",
            "['INC-42']",
        ),
        (
            "ro",
            "EROFS The evidence folder {} may not be used by Cordon's user. Nothing was kept. Let Cordon's user read and write it.",
            "[]",
        ),
    ],
)
def test_a_disk_that_takes_nothing_is_told(tmp_path: Path, options: str, said: str, left: str) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare on this machine, to mount a small disk with")
    confined = [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNT, "sh"]
    done = subprocess.run(
        [*confined, tmp_path, options, sys.executable, _KEEP],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if not done.stdout and done.returncode in {1, 77}:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr.strip()}")
    assert done.stdout.splitlines() == [said.format(tmp_path), left], done.stderr
