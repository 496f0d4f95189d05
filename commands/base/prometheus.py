"""One figure from a Prometheus server's instant query: the worst of the series where there are several."""

import math
from typing import Any, Final

from pydantic import Field

from commands.base import connections
from commands.base.contract import Params, Surroundings
from commands.base.http_call import Answer, Auth, Call, ask
from commands.base.masking import quoted
from commands.base.threshold import Threshold
from commands.base.web_address import WebAddress
from incidents.containment import ActionError

_SERIES_AT_MOST: Final = 10_000


class PrometheusConnection(Params):
    """`connections.prometheus`."""

    url: WebAddress = Field(description="the server's address, without /api/v1")
    auth: Auth | None = Field(default=None, description="the credential, by the name of its variable")
    timeout_seconds: float = Field(default=10, gt=0, le=60, description="how long one query may take")


async def worst_of(
    surroundings: Surroundings, query: str, bound: Threshold, *, when_empty: float | None
) -> float:
    """What the query yields now; of several series, the one nearest to breaking the bound.

    Args:
        surroundings: where the connection stands.
        query: PromQL that yields a scalar or an instant vector.
        bound: tells which figure is the worst.
        when_empty: what no series at all stands for; None where that can't be read.

    Raises:
        ActionError: the server can't be asked, or answered no figure.
    """
    at = connections.read(surroundings, PrometheusConnection, "prometheus")
    address = f"{at.url.rstrip('/')}/api/v1/query"
    call = Call(
        "POST",
        address,
        form={"query": query},
        auth=at.auth,
        timeout=at.timeout_seconds,
        guarded=False,
        reads=True,
    )
    answer = await ask(surroundings, call)
    figures = _figures(answer)
    if figures is None or not all(math.isfinite(one) for one in figures):
        raise _unreadable(f"answered no figure: {quoted(answer.text, answer.secrets)}")
    if not figures:
        if when_empty is None:
            raise _unreadable("found no series for the query")
        return when_empty
    return bound.worst(figures)


def _figures(answer: Answer) -> list[float] | None:
    try:
        data = answer.json()["data"]
        if data["resultType"] == "scalar":
            return [float(data["result"][1])]
        if data["resultType"] == "vector":
            return [float(one["value"][1]) for one in _bounded(data["result"])]
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return None


def _bounded(result: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(result, list) or len(result) > _SERIES_AT_MOST:
        raise TypeError
    return result


def _unreadable(why: str) -> ActionError:
    return ActionError(
        f"Prometheus {why}.",
        now="How things stand is not known; nothing was changed by asking.",
        then="Try the query by hand, and correct it.",
        temporary=True,
    )
