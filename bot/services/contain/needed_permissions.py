"""What the configured actions need to be allowed in the cluster, for those who look before the need."""

from pydantic import ValidationError

from commands.base import registry
from incidents.action_catalog import Catalog
from incidents.containment import Permission


def needed_permissions(catalog: Catalog) -> list[Permission]:
    """Every Kubernetes permission that the actions need, as far as their parameters stand in the configuration.

    What people are asked for when they run an action is not known before; such an action is left out.
    """
    found: list[Permission] = []
    for action in catalog.actions.values():
        if action.command is None:
            continue
        command = registry.load(action.command)
        try:
            params = command.params_type.model_validate(dict(action.params))
        except ValidationError:
            continue
        found += command.permissions(params)
    return list(dict.fromkeys(found))
