"""Message templates: the shipped ones, overridden by the organisation's own, checked before the first message.

Undefined names are errors, and whatever a template prints is escaped for Slack unless it is markup of ours.
"""

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.views.mrkdwn import Mrkdwn, escape
from bot.views.wording import samples
from incidents.errors import ConfigError
from incidents.severity import SeverityScheme

NAMES: Final = (
    "card",
    "initial_notification",
    "status_update",
    "resolution",
    "stakeholder_initial",
    "stakeholder_update",
    "stakeholder_resolution",
    "leadership_initial",
    "leadership_update",
    "leadership_resolution",
)
"""The shipped ones."""


def _finalize(value: object) -> object:
    """Escape what a template prints; an undefined name raises when it is turned into text."""
    return value if isinstance(value, Mrkdwn) else escape(str(value))


class Templates:
    """The message templates by name."""

    def __init__(self, folder: Path | None, named: Iterable[str] = ()) -> None:
        """Read the templates.

        Args:
            folder: the organisation's own `*.j2`, looked at first; None for the shipped ones only.
            named: those that audiences name, beside the shipped ones.

        Raises:
            ConfigError: the folder is missing or a template is, or can't be parsed; names the file and line.
        """
        if folder and not folder.is_dir():
            raise ConfigError(f"The templates' folder {folder} does not exist. Make it, or drop the key.")
        shipped = Path(str(resources.files("templates").joinpath("messages")))
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader([*([folder] if folder else []), shipped]),
            undefined=jinja2.StrictUndefined,
            finalize=_finalize,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates = {name: self._load(name) for name in dict.fromkeys([*NAMES, *named])}

    def render(self, name: str, values: Mapping[str, Any]) -> Mrkdwn:
        """The text of a message.

        Raises:
            ConfigError: the template uses a name that there is not, or fails otherwise.
        """
        try:
            return Mrkdwn(self._templates[name].render(values).strip())
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ConfigError(
                f"Template {name}.j2: {error}. Names it may use: {', '.join(values)}."
            ) from error

    def prove(self, scheme: SeverityScheme) -> None:
        """Render every template once with everything filled in and once with nothing.

        Raises:
            ConfigError: one of them fails, which is better known before the first incident.
        """
        for sample in samples(scheme):
            for name in self._templates:
                if not self.render(name, sample):
                    raise ConfigError(
                        f"Template {name}.j2 renders to nothing, and Slack shows no empty message."
                    )

    def _load(self, name: str) -> jinja2.Template:
        try:
            return self._environment.get_template(f"{name}.j2")
        except jinja2.TemplateSyntaxError as error:
            raise ConfigError(f"{error.filename}:{error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise ConfigError(
                f"There is no template {name}.j2, which an audience names: not among the shipped ones, "
                f"nor in templates.folder. Write it, or correct the name in cordon.yaml."
            ) from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"Template {name}.j2 is not UTF-8 text: {error.reason}.") from error
