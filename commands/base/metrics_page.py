"""A figure from a metrics page in Prometheus' text format."""

import math
import re
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

METRIC: Final = r'^[A-Za-z_:][A-Za-z0-9_:]*(\{\s*([A-Za-z_]\w*="[^"\\{}]*"\s*,?\s*)*\})?$'
_LABEL: Final = re.compile(r'([A-Za-z_]\w*)="([^"]*)"')


def total(page: str, metric: str) -> float | None:
    """The sum of all samples that the selector meets, or None where there is none.

    Args:
        page: what the endpoint answered.
        metric: a sample's name, or name{label="value"}.

    Raises:
        ValueError: the page is not in this format, or the figure is not a number.
    """
    name, _, labels = metric.partition("{")
    wanted = _LABEL.findall(labels)
    try:
        figures = [
            sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if sample.name == name and all(sample.labels.get(key) == value for key, value in wanted)
        ]
    except (ValueError, KeyError, IndexError):
        raise ValueError("is no page of metrics") from None
    if not figures:
        return None
    summed = math.fsum(figures)
    if not math.isfinite(summed):
        raise ValueError(f"has no finite figure for {metric}")
    return summed
