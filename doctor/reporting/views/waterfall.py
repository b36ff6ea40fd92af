"""The ledger as a waterfall: where each bar stands, in percent of the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doctor.reporting.views.bars import Bar, Lens, Waterfall, ends, level, step
from doctor.reporting.views.counting import opening
from doctor.reporting.views.scale import Scale
from doctor.schema.accounting import Accounting
from doctor.schema.ledger import Ledger

_SLIVER = 0.45
"""Share of the full axis below which the steps are drawn enlarged."""


def waterfall(ledger: Ledger, accounting: Accounting | None = None) -> Waterfall:
    """The rows of a ledger; with ``accounting``, what mere counting makes of the printed figure is first."""
    lines = ledger.lines if not ledger.refused else ()
    bars = opening(ledger, lines, accounting)
    here = bars[-1].after
    for line in lines:
        if line.kind == "accounting":
            continue
        bars.append(step(line, ledger.counts, here))
        here = bars[-1].after
    first_steps = sum(bar.kind in ("level", "accounting") for bar in bars)
    bars.append(level(ledger.end_title, ledger.end_tokens_per_s, ledger.counts))
    full = _scale_of(bars)
    lens = _lens(bars, first_steps, full)
    part = Scale(lens.low, lens.high) if lens else full
    placed = tuple(_placed(bar, full if i < first_steps else part) for i, bar in enumerate(bars))
    return Waterfall(ledger=ledger, bars=placed, lens=lens)


def first_screen(falls: Sequence[Waterfall]) -> tuple[Waterfall, ...]:
    """Mere counting gives way to what explains the same gap; replicas stand last."""
    explained = {_way(fall) for fall in falls if _explains(fall)}
    shown = [fall for fall in falls if _explains(fall) or _way(fall) not in explained]
    return tuple(sorted(shown, key=lambda fall: fall.ledger.basis == "replica"))


def _explains(fall: Waterfall) -> bool:
    """Whether a line is put down to something, beyond counting."""
    return any(line.kind in ("factor", "setting") for line in fall.ledger.lines)


def _way(fall: Waterfall) -> tuple[float, float]:
    """From which figure to which it leads."""
    return fall.bars[0].value, fall.bars[-1].value


def _lens(bars: list[Bar], first_steps: int, full: Scale) -> Lens | None:
    """Enlarge the steps where all of them together take less than a third of the axis."""
    steps = [bar for bar in bars[first_steps:] if bar.kind != "level"]
    reached = [x for bar in steps for x in (bar.before, bar.after, *(ends(bar) or ()))]
    if not reached:
        return None
    lowest, highest = min(reached), max(reached)
    span = highest - lowest
    low, high = lowest - 0.35 * span, highest + 0.04 * span
    if span <= 0 or low <= 0 or high - low > _SLIVER * (full.high - full.low):
        return None
    return Lens(
        first_row=first_steps,
        low=low,
        high=high,
        times=(full.high - full.low) / (high - low),
        from_left=full.at(low),
        from_right=full.at(steps[0].before),
        to_right=Scale(low, high).at(steps[0].before),
    )


def _scale_of(bars: list[Bar]) -> Scale:
    reached = [x for bar in bars for x in (bar.before, bar.after, *(ends(bar) or ()))]
    high = max(*reached, 0.0)
    low = min(*reached, 0.0)
    return Scale(low, high * 1.01 if high > low else low + 1.0)


def _placed(bar: Bar, scale: Scale) -> Bar:
    left, right = sorted((scale.at(bar.before), scale.at(bar.after)))
    reach = ends(bar)
    return replace(
        bar,
        left=left,
        width=round(right - left, 3),
        whisker=(scale.at(reach[0]), scale.at(reach[1])) if reach else None,
        joins=scale.at(bar.after if bar.kind == "level" else bar.before),
        arrives=scale.at(bar.after),
    )
