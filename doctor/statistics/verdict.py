"""Whether two arms were shown to differ."""

from __future__ import annotations

from typing import Literal

from doctor.schema.rates import Interval

Comparison = Literal["difference shown", "no difference shown", "inconclusive"]
"""There is no "equal": an interval that holds 1 shows no difference, and no more than that."""


def compare(ratio: Interval | None) -> Comparison:
    """The verdict on the ratio of two arms.

    Inconclusive where no interval could be computed: a missing statistic never counts as a
    difference.
    """
    if ratio is None or ratio.low is None or ratio.high is None:
        return "inconclusive"
    return "difference shown" if ratio.low > 1.0 or ratio.high < 1.0 else "no difference shown"
