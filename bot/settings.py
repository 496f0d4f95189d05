"""The environment and `cordon.yaml`, read once by the composition root. Nothing else reads either.

Secrets come from the environment only; in `cordon.yaml` they stand as `${NAME}`.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot import yaml_source
from bot.organisation import Organisation
from incidents.errors import ConfigError

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ROUTING_KEY = re.compile(r"[0-9A-Za-z]{32}", re.ASCII)
_HOW_TO_CONNECT = (
    "see “Connect your workspace” in the README, or try everything without Slack: cordon sandbox"
)


class Environment(BaseModel):
    """The variables that Cordon reads, under their own names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    database_url: SecretStr = SecretStr("sqlite:///data/cordon.db")
    evidence_url: str = "data/evidence"
    cordon_config: Path | None = None
    cordon_operator: str | None = None
    pagerduty_routing_key: SecretStr | None = None
    pagerduty_api_key: SecretStr | None = None
    pagerduty_from_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    pagerduty_events_url: str = "https://events.pagerduty.com"
    pagerduty_api_url: str = "https://api.pagerduty.com"

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("must be the bot token, which starts with xoxb-")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("must be the app-level token, which starts with xapp-")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not re.match(r"https?://\S+$", value):
            raise ValueError("must be a web address such as https://slack.com/api/")
        return value.rstrip("/") + "/"

    @field_validator("pagerduty_routing_key")
    @classmethod
    def _routing_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _ROUTING_KEY.fullmatch(value.get_secret_value()):
            raise ValueError(
                "must be the integration key of a service's Events API v2 integration: 32 letters and digits"
            )
        return value

    @field_validator("pagerduty_events_url", "pagerduty_api_url")
    @classmethod
    def _pagerduty_url(cls, value: str) -> str:
        if not re.match(r"https?://\S+$", value):
            raise ValueError("must be a web address such as https://api.pagerduty.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _pager(self) -> "Environment":
        if self.pagerduty_api_key and not self.pagerduty_routing_key:
            raise ValueError(
                "PAGERDUTY_API_KEY alone pages nobody: set PAGERDUTY_ROUTING_KEY, the integration key of the"
                " service that pages, as well"
            )
        return self

    @model_validator(mode="after")
    def _transport(self) -> "Environment":
        if self.slack_bot_token and not (self.slack_app_token or self.slack_signing_secret):
            raise ValueError(
                "SLACK_BOT_TOKEN alone is not enough: set SLACK_APP_TOKEN (Socket Mode)"
                " or SLACK_SIGNING_SECRET (HTTP) as well"
            )
        return self

    @property
    def has_slack(self) -> bool:
        """Whether a workspace is configured."""
        return self.slack_bot_token is not None

    @property
    def has_pagerduty(self) -> bool:
        """Whether somebody can be paged."""
        return self.pagerduty_routing_key is not None

    @property
    def socket_mode(self) -> bool:
        """Whether Slack's traffic comes over Socket Mode instead of HTTP."""
        return self.slack_app_token is not None


@dataclass(frozen=True)
class Settings:
    """Everything that the composition root decides by."""

    environment: Environment
    organisation: Organisation
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The whole environment: actions name the variables that hold their secrets."""

    def secret(self, name: str) -> SecretStr:
        """The value of a variable that an action names.

        Raises:
            ConfigError: it is not set.
        """
        if not self.variables.get(name):
            raise ConfigError(f"{name} is not set.")
        return SecretStr(self.variables[name])


def read_settings(variables: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read the environment, `.env` and `cordon.yaml`.

    Args:
        variables: the environment; the process's own and the folder's `.env` when None.
        folder: where `.env` and `cordon.yaml` are looked for; the working folder when None.

    Raises:
        ConfigError: names each wrong variable, or file, line and key.
    """
    folder = folder or Path()
    if variables is None:
        variables = {**{k: v for k, v in dotenv_values(folder / ".env").items() if v}, **os.environ}
    environment = read_environment(variables)
    organisation = read_organisation(environment.cordon_config, folder, variables)
    return Settings(environment, organisation, variables)


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Check the variables that Cordon knows; others are not looked at. Empty ones count as unset."""
    known = {name: variables.get(name.upper(), "").strip() for name in Environment.model_fields}
    try:
        return Environment.model_validate({name: value for name, value in known.items() if value})
    except ValidationError as error:
        raise ConfigError("\n".join(_about(problem) for problem in error.errors())) from None


def read_organisation(path: Path | None, folder: Path, variables: Mapping[str, str]) -> Organisation:
    """Read `cordon.yaml`, or take the defaults where there is none and none was named."""
    chosen = path or folder / "cordon.yaml"
    if not chosen.exists():
        if path:
            raise ConfigError(f"CORDON_CONFIG names {path}, and there is no such file.")
        return Organisation()
    document = yaml_source.load(chosen)
    if document.data is None:
        return Organisation()
    filled = yaml_source.with_data(document, _fill(document.data, variables, document, ()))
    return yaml_source.validate(filled, Organisation)


def _fill(
    node: Any,  # noqa: ANN401 - YAML is any shape
    variables: Mapping[str, str],
    document: yaml_source.YamlDocument,
    at: tuple[Any, ...],
) -> Any:  # noqa: ANN401 - the same
    """The same tree with every `${NAME}` replaced by the variable of that name."""
    if isinstance(node, dict):
        return {key: _fill(value, variables, document, (*at, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, variables, document, (*at, index)) for index, value in enumerate(node)]
    if not isinstance(node, str):
        return node
    missing = [name for name in _REFERENCE.findall(node) if name not in variables]
    if missing:
        where = f"{document.path}:{document.line_of(at)}"
        raise ConfigError(f"{where}: the environment has no {missing[0]}, which this line refers to.")
    return _REFERENCE.sub(lambda match: variables[match[1]], node)


def _about(problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """One line about one wrong variable, without its value."""
    name = str(problem["loc"][0]).upper() if problem["loc"] else ""
    what = str(problem["msg"]).removeprefix("Value error, ")
    text = f"{name} {what[0].lower()}{what[1:]}" if name else what
    return f"{text} ({_HOW_TO_CONNECT})." if "SLACK" in text else f"{text}."
