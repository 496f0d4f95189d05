"""Evidence in a folder: `INC-42/<run>/` with the files and a manifest of their hashes.

A bundle is written beside its place and moved there whole when all of it is on the disk, so that what is there is
complete. A crash in between leaves a folder that ends in .partial and belongs to nothing.
"""

import asyncio
import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from incidents.errors import PermanentError
from incidents.evidence import MANIFEST, Bundle, EvidenceFile, Misfit, bundle_of, safe_name

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY})
_OURS_ALONE = 0o700


class EvidenceFolder:
    """An `EvidenceStore` in a folder, which is made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def keep(
        self, incident_key: str, run_key: str, files: Mapping[str, bytes], about: Mapping[str, str]
    ) -> Bundle:
        """Keep a snapshot, once for each run."""
        return await asyncio.to_thread(self._keep, incident_key, run_key, files, about)

    async def verify(self, bundle: Bundle) -> Misfit | None:
        """The first file that is not as it was kept, or None when all are."""
        return await asyncio.to_thread(self._verify, bundle)

    def _keep(
        self, incident_key: str, run_key: str, files: Mapping[str, bytes], about: Mapping[str, str]
    ) -> Bundle:
        place = self._place(incident_key, run_key)
        with self._translated("Nothing was kept."):
            if kept := _read(place):
                return kept
            bundle, contents = bundle_of(incident_key, run_key, files, about)
            place.parent.mkdir(mode=_OURS_ALONE, parents=True, exist_ok=True)
            partial = place.with_name(f"{place.name}.{uuid.uuid4().hex}.partial")
            try:
                _write_bundle(partial, bundle, contents)
                if _move(partial, place):
                    return bundle
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            if kept := _read(place):
                return kept
        raise _failure(
            "incomplete", f"{place} is there and is no whole bundle", "Nothing was kept.", "Move it away."
        )

    def _verify(self, bundle: Bundle) -> Misfit | None:
        place = self._place(bundle.incident_key, bundle.run_key)
        with self._translated("Nothing was verified."):
            found = _read(place)
            if found is None:
                return Misfit(name=MANIFEST, reason="is missing or can't be read")
            if not found.digest == found.expected_digest == bundle.digest == bundle.expected_digest:
                return Misfit(name=MANIFEST, reason="is not the one that was written")
            if misfit := next(filter(None, (_misfit(place, file) for file in bundle.files)), None):
                return misfit
            known = {MANIFEST, *(file.name for file in bundle.files)}
            strangers = sorted(path.name for path in place.iterdir() if path.name not in known)
            return Misfit(name=strangers[0], reason="was put in later") if strangers else None

    def _place(self, incident_key: str, run_key: str) -> Path:
        return self._root / safe_name(incident_key) / safe_name(run_key)

    @contextmanager
    def _translated(self, state: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "unknown")
            where = f"The evidence folder {self._root}"
            if error.errno in _FULL:
                raise _failure(code, f"{where} is on a full disk", state, "Free space on it.") from error
            if error.errno in _CLOSED:
                then = "Let Cordon's user read and write it."
                raise _failure(code, f"{where} may not be used by Cordon's user", state, then) from error
            reason = error.strerror or type(error).__name__
            raise _failure(code, f"{where} can't be used: {reason}", state, "Check EVIDENCE_URL.") from error


def _failure(code: str, failed: str, state: str, then: str) -> PermanentError:
    return PermanentError("The evidence store", code, f"{failed}. {state} {then}")


def _read(place: Path) -> Bundle | None:
    try:
        return Bundle.model_validate_json((place / MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _write_bundle(folder: Path, bundle: Bundle, contents: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=_OURS_ALONE)
    for name, content in contents.items():
        _write(folder / name, content)
    _write(folder / MANIFEST, bundle.model_dump_json(indent=2).encode())
    _sync(folder)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _move(partial: Path, place: Path) -> bool:
    """Put a bundle in its place; False if there is one already."""
    try:
        partial.rename(place)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    for folder in (place.parent, place.parent.parent):
        _sync(folder)
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _misfit(place: Path, file: EvidenceFile) -> Misfit | None:
    path = place / file.name
    if not path.is_file() or path.is_symlink():
        return Misfit(name=file.name, reason="is missing")
    if path.stat().st_size != file.size:
        return Misfit(name=file.name, reason="has another size")
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return None if digest == file.sha256 else Misfit(name=file.name, reason="has another content")
