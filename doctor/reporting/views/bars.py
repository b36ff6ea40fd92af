"""The rows of a waterfall, and the part of its axis that is enlarged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.plan import Basis
from doctor.schema.rates import Counts, Interval

Kind = Literal["level", "accounting", "factor", "setting", "unexplained"]


@dataclass(frozen=True)
class Bar:
    """One row: a level (a rate), or a step from one level to the next."""

    kind: Kind
    title: str
    counts: Counts
    value: float
    """A level's rate; for a step what it takes away (positive) or adds (negative), as in the ledger."""
    basis: Basis | None
    before: float
    after: float
    interval: Interval | None = None
    factor: Interval | None = None
    filled: bool = False
    printed: bool = False
    """The figure exactly as its source prints it."""
    left: float = 0.0
    width: float = 0.0
    whisker: tuple[float, float] | None = None
    joins: float = 0.0
    """Where the running rate stands before this row."""
    arrives: float = 0.0
    """Where it stands after this row."""


@dataclass(frozen=True)
class Lens:
    """The part of the axis on which the rows from ``first_row`` on are drawn, enlarged."""

    first_row: int
    low: float
    high: float
    times: float
    """How many times larger than on the full axis."""
    from_left: float
    from_right: float
    """The part as it lies on the full axis, in percent."""
    to_right: float
    """Where the first level lies on the enlarged axis, in percent."""


@dataclass(frozen=True)
class Waterfall:
    """All rows of one ledger."""

    ledger: Ledger
    bars: tuple[Bar, ...]
    lens: Lens | None = None
    """Set where the steps would be slivers on the full axis: they are drawn on a part of it."""

    def has(self, kind: Kind) -> bool:
        """Whether a row of this kind is there."""
        return any(bar.kind == kind for bar in self.bars)

    @property
    def refused_why(self) -> str:
        """Why nothing was attributed, without saying again that nothing was."""
        return self.ledger.refused.removeprefix("not attributed").lstrip(",: ")

    @property
    def starts_printed(self) -> bool:
        """Whether the ledger itself starts at the figure as printed, before its counting is settled."""
        return self.bars[0].printed and self.bars[0].value == self.ledger.start_tokens_per_s

    @property
    def start_counts(self) -> Counts:
        """What the ledger's first figure counts."""
        return self.bars[0].counts if self.starts_printed else self.ledger.counts

    @property
    def has_intervals(self) -> bool:
        """Whether any row shows an interval."""
        return any(bar.whisker for bar in self.bars)

    @property
    def gap(self) -> float:
        """What its lines add up to."""
        return sum(line.tokens_per_s.estimate for line in self.ledger.lines)

    @property
    def bases(self) -> tuple[Basis, ...]:
        """What its steps stand on, in the order of strength."""
        used = {bar.basis for bar in self.bars}
        order: tuple[Basis, ...] = ("measured", "replica", "predicted", "computed")
        return tuple(basis for basis in order if basis in used)


def headline(title: str) -> str:
    """A title with a capital; the name of a setting stays as it is spelled."""
    return title[:1].upper() + title[1:] if "_" not in title.split(" ")[0] else title


def level(title: str, value: float, counts: Counts, *, printed: bool = False) -> Bar:
    """A row that tells a rate."""
    return Bar(
        kind="level",
        title=headline(title),
        counts=counts,
        value=value,
        basis=None,
        before=0.0,
        after=value,
        printed=printed,
    )


def step(line: LedgerLine, counts: Counts, level: float) -> Bar:
    """A row that leads from one level to the next."""
    estimate = line.tokens_per_s.estimate
    return Bar(
        kind=line.kind,
        title=headline(line.title),
        counts=counts,
        value=estimate,
        basis=line.basis,
        before=level,
        after=level - estimate,
        interval=line.tokens_per_s,
        factor=line.factor,
        filled=line.filled,
    )


def ends(bar: Bar) -> tuple[float, float] | None:
    """Where the step could have arrived, by its interval."""
    interval = bar.interval
    if interval is None or interval.low is None or interval.high is None:
        return None
    return bar.before - interval.high, bar.before - interval.low
