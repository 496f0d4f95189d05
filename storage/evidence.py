"""The evidence store: where snapshots are kept before something is changed. Chooses it by EVIDENCE_URL.

There is one for folders. Another one, such as for objects, is a module of its own and a line in `open_evidence`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from incidents.errors import ConfigError
from incidents.evidence import Bundle, Misfit
from storage.evidence_folder import EvidenceFolder

DEFAULT_URL = "data/evidence"
_EXAMPLES = "Write a folder, such as data/evidence or file:///var/lib/cordon/evidence."


class EvidenceStore(Protocol):
    """Keeps bundles for good: nothing in it is ever written over."""

    async def keep(
        self, incident_key: str, run_key: str, files: Mapping[str, bytes], about: Mapping[str, str]
    ) -> Bundle:
        """Keep a snapshot. Once for each run: a second one gives back what was kept first.

        Args:
            incident_key: such as INC-42.
            run_key: what the snapshot belongs to, the same for the same run.
            files: contents by name; names may be anything.
            about: what is told beside the files.

        Raises:
            PermanentError: it could not be written, nothing was kept; the text says why and what to do.
        """
        ...

    async def verify(self, bundle: Bundle) -> Misfit | None:
        """The first file that is not as it was kept, or None when all are.

        Raises:
            PermanentError: the store could not be read.
        """
        ...


def open_evidence(url: str = DEFAULT_URL) -> EvidenceStore:
    """The store at this address; nothing is written yet.

    Raises:
        ConfigError: it is no address of a store that there is.
    """
    text = url.strip()
    if not text or "\0" in text:
        raise ConfigError(f"EVIDENCE_URL names no folder. {_EXAMPLES}")
    if "://" not in text:
        return EvidenceFolder(Path(text))
    try:
        address = urlsplit(text)
    except ValueError:
        raise ConfigError(f"EVIDENCE_URL can't be read. {_EXAMPLES}") from None
    if address.scheme != "file":
        raise ConfigError(
            f'EVIDENCE_URL speaks of "{address.scheme}", and only "file" is supported. {_EXAMPLES}'
        )
    if address.netloc not in {"", "localhost"} or not address.path.strip("/"):
        raise ConfigError(f"EVIDENCE_URL needs three slashes before the folder's path. {_EXAMPLES}")
    return EvidenceFolder(Path(unquote(address.path)))
