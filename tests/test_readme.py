"""README tells the truth: every variable, key, verb and template name that there is, and links that lead somewhere."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.listeners import features
from bot.organisation import Organisation
from bot.playbooks import PlaybookLibrary
from bot.settings import Environment
from bot.views import templates, wording
from incidents.severity import SeverityLevel
from incidents.status_update import UpdateFields

ROOT = Path(__file__).parents[1]


@pytest.fixture
def readme() -> str:
    return (ROOT / "README.md").read_text()


def test_every_variable_is_told(readme: str) -> None:
    assert [name.upper() for name in Environment.model_fields if f"`{name.upper()}`" not in readme] == []


def test_every_key_of_the_configuration_is_told(readme: str) -> None:
    keys = []
    for name, field in Organisation.model_fields.items():
        section = field.annotation
        inner = section.model_fields if isinstance(section, type) and issubclass(section, BaseModel) else {}
        keys += [f"`{name}.{key}`" for key in inner] or [f"`{name}`"]
    assert [key for key in keys if key not in readme] == []
    table = "\n".join(line for line in readme.splitlines() if line.startswith("| `severities"))
    assert [key for key in SeverityLevel.model_fields if f".{key}`" not in table] == []


def test_every_verb_is_told(readme: str) -> None:
    names = [*(verb.name for verb in features.VERBS), "help"]
    assert [name for name in names if f"`/incident {name}" not in readme] == []


def test_templates_and_their_names_are_told(readme: str) -> None:
    assert [name for name in templates.NAMES if f"`{name}.j2`" not in readme] == []
    told = readme[readme.index("**Message templates**") : readme.index("## Running it for real")]
    [sample, *_] = wording.samples(Organisation().scheme)
    assert [name for name in sample if f"`{name}`" not in told] == []
    assert [name for name in UpdateFields.model_fields if f"`.{name}`" not in told] == []


def test_the_shipped_playbooks_are_told(readme: str) -> None:
    assert [name for name in PlaybookLibrary.load().names if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text())
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_every_target_that_is_told_is_there(readme: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    told = set(re.findall(r"\bmake ([a-z]+)\b", readme + (ROOT / "CONTRIBUTING.md").read_text()))
    assert {"run", "test", "check", "install"} <= told
    assert [name for name in told if f"\n{name}:" not in makefile] == []
