"""What a kept snapshot is: its files' names, sizes and hashes, and the digest over all of them.

Pure. Where bundles are kept is the evidence store's; what is taken is a command's. Whoever can rewrite a bundle and its
manifest can make a new digest: the one in the incident's timeline is what tells.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = "cordon-evidence-1"
MANIFEST: Final = "manifest.json"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80
_MARK = 8
"""How many letters of its hash a name gets that could not stay as it was."""


class EvidenceFile(BaseModel):
    """A file of a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="what it is called in the bundle")
    original: str = Field(description="what its source called it")
    size: int = Field(ge=0, description="bytes")
    sha256: str


class Bundle(BaseModel):
    """A snapshot as it was kept for one run of an action."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["cordon-evidence-1"] = FORMAT
    incident_key: str = Field(description="such as INC-42")
    run_key: str
    about: Mapping[str, str] = Field(description="what it is, when and by whom it was taken, for people")
    files: tuple[EvidenceFile, ...]
    digest: str = Field(default="", description="SHA-256 over all of the above")

    def sealed(self) -> "Bundle":
        """The same with its digest."""
        return self.model_copy(update={"digest": self.expected_digest})

    @property
    def expected_digest(self) -> str:
        """The digest that fits what is here."""
        content = json.dumps(self.model_dump(mode="json", exclude={"digest"}), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


class Misfit(BaseModel):
    """The first file of a bundle that is not as it was kept."""

    model_config = ConfigDict(frozen=True)

    name: str
    reason: str = Field(description="what does not fit, as the end of a sentence about the file")


def bundle_of(
    incident_key: str, run_key: str, files: Mapping[str, bytes], about: Mapping[str, str]
) -> tuple[Bundle, Mapping[str, bytes]]:
    """A bundle of these files, and their contents by the names that they get in it."""
    names = safe_names(files)
    kept = tuple(
        EvidenceFile(
            name=names[original],
            original=_printable(original),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for original, content in files.items()
    )
    printable = {_printable(key): _printable(value) for key, value in about.items()}
    bundle = Bundle(incident_key=incident_key, run_key=run_key, about=printable, files=kept).sealed()
    return bundle, {names[original]: content for original, content in files.items()}


def safe_names(originals: Iterable[str]) -> dict[str, str]:
    """Names that are names and no paths on any file system, each its own, also where a and A are the same."""
    taken = {MANIFEST}
    names = dict[str, str]()
    for original in originals:
        name = safe_name(original)
        while name.lower() in taken:
            name = _marked(name, name + original)
        taken.add(name.lower())
        names[original] = name
    return names


def safe_name(original: str) -> str:
    """A name of letters, digits, dots, underscores and dashes; marked if it could not stay as it was."""
    name = _UNSAFE.sub("_", original).lstrip(".-")
    return name if name and name == original and len(name) <= _LONGEST else _marked(name, original)


def _marked(name: str, original: str) -> str:
    mark = hashlib.sha256(original.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{mark}-{name[-_LONGEST:].lstrip('.-') or 'file'}"


def _printable(text: str) -> str:
    """The text as UTF-8 can hold it."""
    return text.encode("utf-8", "backslashreplace").decode()
