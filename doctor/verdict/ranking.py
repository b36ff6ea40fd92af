"""The lines of all ledgers in one order: what costs most comes first, whatever kind it is."""

from __future__ import annotations

from collections.abc import Sequence

from doctor.schema.accounting import Accounting
from doctor.schema.finding import Finding
from doctor.schema.ledger import Ledger, LedgerLine
from doctor.schema.ranking import Ranked, RankedCause
from doctor.schema.rates import Interval

TRIFLE = 0.03
"""Less than this is not named as a cause: repeats of one engine on one GPU vary by as much."""
LARGE = 0.2
"""A gap of this size needs no repeats to be more than chance."""
ACCOUNTING = "token-accounting-total-vs-output"


def ranking(
    accounting: Accounting, ledgers: Sequence[Ledger], findings: Sequence[Finding]
) -> tuple[Ranked, ...]:
    """The losing lines, the largest first; a line that was not shown stands after all that were.

    From the ledger that was measured on the published setup, where there is one; else the
    accounting by arithmetic and the factors as a replica measured them, else as predicted. Where
    no ledger could be made, what the user's files confirm stands behind the gap as a whole.
    """
    split = next((one for one in _by_trust(ledgers) if not one.refused and one.lines), None)
    if split is None:
        found = _unsplit(accounting, findings)
    else:
        found = [_ranked(line, split, findings) for line in split.lines if line.factor is not None]
    counted = _counting(accounting)
    ranked = sorted([*counted, *found], key=lambda one: (not one.shown, one.factor.estimate))
    return tuple(one for one in ranked if one.factor.estimate < 1)


def _unsplit(accounting: Accounting, findings: Sequence[Finding]) -> list[Ranked]:
    """The gap between both figures, where files confirm a cause and it is too large for chance."""
    reading = accounting.chosen_reading
    causes = tuple(_cause(one) for one in findings if one.line == "unexplained" and one.status == "confirmed")
    if reading is None or not causes or reading.gap_fraction < LARGE:
        return []
    left = Interval(estimate=1 - reading.gap_fraction, method="observed over published rate")
    return [
        Ranked(
            line="unexplained",
            kind="unexplained",
            title="The gap, which was not split",
            basis="computed",
            factor=left,
            tokens_per_s=Interval(estimate=reading.gap_output_tokens_per_s, method="difference"),
            shown=True,
            causes=causes,
        )
    ]


def _by_trust(ledgers: Sequence[Ledger]) -> list[Ledger]:
    order = {"measured": 0, "replica": 1, "predicted": 2}
    return sorted((one for one in ledgers if one.basis in order), key=lambda one: order[one.basis])


def _counting(accounting: Accounting) -> list[Ranked]:
    """What vanishes of the apparent gap once both figures count the same; nothing where they do."""
    if accounting.chosen is None or accounting.chosen == accounting.published_counts:
        return []
    alike = accounting.published_value - (accounting.accounting_tokens_per_s or 0.0)
    factor = alike / accounting.published_value
    title = "The two figures count different tokens"
    cause = RankedCause(cause=ACCOUNTING, title=title, status="confirmed")
    return [
        Ranked(
            line="accounting",
            kind="accounting",
            title=title,
            basis="computed",
            factor=Interval(estimate=factor, low=factor, high=factor, method="arithmetic, exact"),
            tokens_per_s=_exact(accounting.accounting_tokens_per_s or 0.0),
            shown=factor < 1 - TRIFLE,
            causes=(cause,),
        )
    ]


def _exact(value: float) -> Interval:
    return Interval(estimate=value, low=value, high=value, method="arithmetic, exact")


def _ranked(line: LedgerLine, ledger: Ledger, findings: Sequence[Finding]) -> Ranked:
    assert line.factor is not None
    return Ranked(
        line=line.id,
        kind=line.kind,
        title=line.title,
        basis=line.basis,
        factor=line.factor,
        tokens_per_s=None if ledger.basis == "replica" else line.tokens_per_s,
        shown=_is_shown(line.factor),
        causes=tuple(
            _cause(one)
            for one in sorted(findings, key=lambda one: one.status != "confirmed")
            if _stands_behind(one, line)
        ),
    )


def _cause(finding: Finding) -> RankedCause:
    return RankedCause(
        cause=finding.cause, title=finding.title, status=finding.status, summary=finding.summary
    )


def _is_shown(factor: Interval) -> bool:
    return factor.high is not None and factor.high < 1 and factor.estimate < 1 - TRIFLE


def _stands_behind(finding: Finding, line: LedgerLine) -> bool:
    """Whether a finding may be what a line measures."""
    if line.kind == "factor":
        return finding.factor == line.id and finding.status == "confirmed"
    speaks = any(one.speaks == "for" for one in finding.evidence)
    return finding.line == line.id and finding.status in ("confirmed", "inconclusive") and speaks
