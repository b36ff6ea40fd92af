"""What a verdict hangs on: a linear function of log rates whose sign or size is to be shown."""

from __future__ import annotations

from collections.abc import Mapping

from doctor.schema.record import Record

GAP = "gap"
"""Whether the user's arm is slower than the reference at all."""
FROM_PUBLISHED = "the step from the published figure"
"""How far the published figure lies beyond the reference arm."""
RANK_OF_STEPS = 3
"""Of the steps outside the cells, from the published figure and to the observed one."""


class Question(Record):
    """One figure that the report is to tell, as far as the runs tell it by now.

    ``weights`` gives each arm's weight in it: the gap has 1 on the reference arm and -1 on the
    user's, a share has its Shapley weights. ``estimate`` and ``half_width`` (of the 95 %
    interval) are on the log scale: 0.05 is about 5 %.
    """

    name: str
    rank: int
    """Questions of a lower rank come first."""
    weights: Mapping[str, float]
    estimate: float
    half_width: float | None = None
    """None: not known, since nothing was repeated yet."""
    threshold: float | None = None
    """Settled once the interval lies wholly beyond this size, or wholly within it."""
    precision: float = 0.0
    """Settled, too, once the interval is no wider than plus or minus this."""

    @property
    def settled(self) -> bool:
        """Whether the interval answers the question."""
        return self.half_width is not None and self.would_settle(self.half_width)

    def would_settle(self, half_width: float) -> bool:
        """Whether an interval of this half-width would answer it."""
        if half_width <= self.precision:
            return True
        return self.threshold is not None and abs(abs(self.estimate) - self.threshold) > half_width
