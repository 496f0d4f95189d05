"""Tags of outside frameworks: MITRE ATLAS techniques and the OWASP Top 10 for LLM applications.

The names here are those that incidents of AI services usually need, as of ATLAS 2026.09; any other technique is
accepted by the form of its id. OWASP renumbered its list in 2026, hence every tag carries its edition.
"""

import re
from types import MappingProxyType

from incidents.errors import NotUnderstoodError

OWASP_EDITION = "2026"
"""What a bare "LLM05" means."""

ATLAS = MappingProxyType(
    {
        "AML.T0010": "AI Supply Chain Compromise",
        "AML.T0015": "Evade AI Model",
        "AML.T0018": "Manipulate AI Model",
        "AML.T0020": "Poison Training Data",
        "AML.T0024": "Exfiltration via AI Inference API",
        "AML.T0029": "Denial of AI Service",
        "AML.T0031": "Erode AI Model Integrity",
        "AML.T0034": "Cost Harvesting",
        "AML.T0043": "Craft Adversarial Data",
        "AML.T0048": "External Harms",
        "AML.T0051": "LLM Prompt Injection",
        "AML.T0051.000": "LLM Prompt Injection: Direct",
        "AML.T0051.001": "LLM Prompt Injection: Indirect",
        "AML.T0051.002": "LLM Prompt Injection: Triggered",
        "AML.T0053": "AI Agent Tool Invocation",
        "AML.T0054": "LLM Jailbreak",
        "AML.T0055": "Unsecured Credentials",
        "AML.T0056": "Extract LLM System Prompt",
        "AML.T0057": "LLM Data Leakage",
        "AML.T0067": "LLM Trusted Output Components Manipulation",
        "AML.T0070": "RAG Poisoning",
        "AML.T0080": "AI Agent Context Poisoning",
        "AML.T0081": "Modify AI Agent Configuration",
        "AML.T0086": "Exfiltration via AI Agent Tool Invocation",
        "AML.T0110": "AI Agent Tool Poisoning",
    }
)
"""Techniques by id."""

_OWASP_2026 = (
    "Prompt Injection",
    "Sensitive Information Disclosure",
    "Excessive Agency",
    "Supply Chain",
    "Data and Model Poisoning",
    "Unbounded Consumption",
    "Misinformation",
    "Hidden Context Exposure",
    "Vector and Embedding Weaknesses",
    "Improper Output Handling",
)
_OWASP_2025 = (
    "Prompt Injection",
    "Sensitive Information Disclosure",
    "Supply Chain",
    "Data and Model Poisoning",
    "Improper Output Handling",
    "Excessive Agency",
    "System Prompt Leakage",
    "Vector and Embedding Weaknesses",
    "Misinformation",
    "Unbounded Consumption",
)
OWASP = MappingProxyType(
    {
        f"LLM{number:02}:{edition}": name
        for edition, names in (("2026", _OWASP_2026), ("2025", _OWASP_2025))
        for number, name in enumerate(names, start=1)
    }
)
"""Risks by id and edition, the present edition first."""


def atlas_tag(words: str) -> str:
    """The technique's id, such as AML.T0051.001. Raises ValueError for what is none."""
    match = re.fullmatch(r"\s*(AML\.T[0-9]{4}(?:\.[0-9]{3})?)\s*", words, re.IGNORECASE)
    if not match:
        raise ValueError(
            f'"{words.strip()}" is no ATLAS technique. Write it like AML.T0051 or AML.T0051.001.'
        )
    return match[1].upper()


def owasp_tag(words: str) -> str:
    """The risk's id with its edition, such as LLM01:2026. Raises ValueError for what is none."""
    match = re.fullmatch(r"\s*(LLM(?:0[1-9]|10))(?::(20[0-9]{2}))?\s*", words, re.IGNORECASE)
    if not match:
        raise ValueError(
            f'"{words.strip()}" is no risk of the OWASP LLM Top 10. Write LLM01 to LLM10, or with the'
            " edition, like LLM05:2025."
        )
    return f"{match[1].upper()}:{match[2] or OWASP_EDITION}"


def spoken_tag(tag: str) -> str:
    """The tag with its name where that is known, such as "AML.T0054 LLM Jailbreak"."""
    return f"{tag} {ATLAS.get(tag) or OWASP.get(tag) or ''}".strip()


def read_tags(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ATLAS and the OWASP tags in what a person typed, parted by commas or blanks.

    Raises:
        NotUnderstoodError: one is of neither framework.
    """
    atlas, owasp = [], []
    for word in filter(None, re.split(r"[,;\s]+", words)):
        try:
            if word.upper().startswith("LLM"):
                owasp.append(owasp_tag(word))
            else:
                atlas.append(atlas_tag(word))
        except ValueError as error:
            raise NotUnderstoodError(str(error)) from None
    return tuple(dict.fromkeys(atlas)), tuple(dict.fromkeys(owasp))
