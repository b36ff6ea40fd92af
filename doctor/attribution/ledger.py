"""The ledger: from the published rate down to the observed one, line by line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from doctor.attribution.ends import End
from doctor.attribution.fixes import fix_all, fix_one
from doctor.attribution.lines import accounting_line, factor_lines, setting_line, unexplained_line
from doctor.attribution.notes import ledger_notes
from doctor.attribution.pairs import pair_terms
from doctor.attribution.players import game_of, joined
from doctor.attribution.refusal import refusal
from doctor.attribution.surface import Prediction, Surface, surface_of
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.measurement import CellTable
from doctor.schema.plan import Factor


def build_ledger(
    table: CellTable,
    factors: Sequence[Factor],
    *,
    title: str = "Where the throughput went",
    published: End | None = None,
    observed: End | None = None,
    accounting_tokens_per_s: float | None = None,
    prediction: Prediction | None = None,
    counts_why: str = "",
) -> Ledger:
    """Split the way published → reference arm → user's arm → observed into lines.

    ``accounting_tokens_per_s`` is what the published figure loses once it counts as the table
    does; the ledger then starts at the figure as printed. ``prediction`` (cell → rate in the
    table's unit, every cell) fills cells that were not run. ``counts_why`` says why this of
    output and total tokens is split.

    Shapley values on log throughput (Owen values where factors are grouped), made tokens/s by
    the logarithmic mean of the two arms, so the lines add up exactly. Where an arm is
    unstable or an end is missing the ledger has no lines, and says so in ``refused``; where a
    cell between is missing, all factors are one line.
    """
    measured = {cell.factors for cell in table.cells}
    game = game_of(factors, measured)
    lacking = game.lacking(measured) if prediction is None and factors else ()
    if lacking:
        game = joined(factors)
    refused = refusal(table, game, prediction)
    if refused:
        return _refused(table, title, published, observed, refused)
    surface = surface_of(table, game, prediction)
    reference, user = surface.rate(0), surface.rate(game.everyone)
    lines: list[LedgerLine] = []
    start_title, start = "reference arm", reference
    if published is not None:
        start_title, start = published.title, published.tokens_per_s
        if accounting_tokens_per_s is not None:
            start += accounting_tokens_per_s
            lines.append(accounting_line(accounting_tokens_per_s, table))
        lines.append(setting_line(surface, published))
    lines += factor_lines(surface)
    end_title, end = "user's arm", user
    if observed is not None:
        end_title, end = observed.title, observed.tokens_per_s
        lines.append(unexplained_line(surface, observed))
    return Ledger(
        title=title,
        basis=table.basis,
        counts=table.counts,
        start_title=start_title,
        start_tokens_per_s=start,
        end_title=end_title,
        end_tokens_per_s=end,
        lines=tuple(lines),
        pairs=pair_terms(surface),
        fix_one=fix_one(surface),
        fix_all=fix_all(surface),
        method=_method(surface, prediction),
        notes=(*_not_split(lacking), *ledger_notes(surface, counts_why)),
    )


def _not_split(lacking: Sequence[str]) -> tuple[str, ...]:
    if not lacking:
        return ()
    return (f"Not split into single causes, for want of a valid run of: {'; '.join(lacking)}.",)


def _method(surface: Surface, prediction: Prediction | None) -> str:
    kind = "Shapley" if all(len(group) == 1 for group in surface.game.groups) else "Owen (by resource)"
    text = f"{kind} values on log throughput, tokens/s by the logarithmic mean; {surface.table.method}"
    if surface.missing:
        source = "the prediction, rescaled in log space" if prediction else "main effects and pair terms"
        text += f"; {surface.missing} of {len(surface.values)} cells filled from {source}"
    return text


def _refused(table: CellTable, title: str, published: End | None, observed: End | None, why: str) -> Ledger:
    """A ledger without lines; its ends are shown as far as they are known, and are 0 where not."""
    everything = max((cell.factors for cell in table.cells), key=len, default=frozenset())
    rates = {cell.factors: float(np.exp(cell.log_rate)) for cell in table.cells}
    start = published or End("reference arm", rates.get(frozenset(), 0.0))
    end = observed or End("user's arm", rates.get(everything, 0.0))
    return Ledger(
        title=title,
        basis=table.basis,
        counts=table.counts,
        start_title=start.title,
        start_tokens_per_s=start.tokens_per_s,
        end_title=end.title,
        end_tokens_per_s=end.tokens_per_s,
        lines=(),
        notes=table.notes,
        refused=why,
    )
