"""Is this incident declared already? The same source, or mostly the same words.

Which incidents a person may hear of is decided by the caller: pass only those.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

THRESHOLD = 0.6
"""The share of words in common from which two titles say the same thing."""

_LITTLE_WORDS = (
    "a an the and or of to in on at for from by with is are was were be been it its this that these those we our us"
    " has have had not no do does did there some any very please incident issue problem sev sev0 sev1 sev2 sev3 sev4"
    " drill urgent"
)
_STOP_WORDS = frozenset(_LITTLE_WORDS.split())
_PLURAL_FROM = 4  # letters; shorter words ending in s are rarely plurals


class Declared(Protocol):
    """What is looked at of an incident; `source` links to the message or alert that it came from."""

    @property
    def title(self) -> str:
        """Its title."""
        ...

    @property
    def source(self) -> str | None:
        """Where it came from, or None."""
        ...


_Incident = TypeVar("_Incident", bound=Declared)


def similar(title: str, source: str | None, open_incidents: Iterable[_Incident]) -> _Incident | None:
    """The open incident that a new declaration looks like, or None.

    The same source decides; else it is the one with most words in common, the first of equals.
    """
    incidents = tuple(open_incidents)
    for incident in incidents:
        if same_source(source, incident.source):
            return incident
    scored = [(likeness(title, incident.title), incident) for incident in incidents]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= THRESHOLD else None


def likeness(one: str, other: str) -> float:
    """The share of words that two titles have in common (Jaccard): 0 for none, 1 for all. Symmetric."""
    left, right = words_of(one), words_of(other)
    if not left or not right:
        return 0.0
    return len(left & right) / len(left | right)


def same_source(one: str | None, other: str | None) -> bool:
    """Whether two links lead to the same place, angle brackets, a closing slash and the host's case aside."""
    left, right = _plain_link(one), _plain_link(other)
    return bool(left) and left == right


def words_of(title: str) -> frozenset[str]:
    """The words that carry meaning: lower case, without accents, plurals and stop words."""
    letters = unicodedata.normalize("NFKD", title)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    found = (word.strip("_") for word in re.findall(r"\w+", plain))
    return frozenset(_singular(word) for word in found if word and word not in _STOP_WORDS)


def _singular(word: str) -> str:
    if len(word) >= _PLURAL_FROM and word.endswith("s") and not word.endswith("ss"):
        return word.removesuffix("s")
    return word


def _plain_link(link: str | None) -> str:
    plain = re.sub(r"^<([^>|]*)(?:\|[^>]*)?>$", r"\1", (link or "").strip())
    host = re.match(r"[a-z][a-z0-9+.-]*://[^/?#]*", plain, re.IGNORECASE)
    if host:
        plain = host[0].lower() + plain[host.end() :]
    return plain.rstrip("/")
