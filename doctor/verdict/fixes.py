"""The first fixes: what to change, what it should bring, and the command that verifies it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from doctor.schema.accounting import Accounting
from doctor.schema.finding import Finding
from doctor.schema.ledger import Fix, Ledger, LedgerLine
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Plan
from doctor.schema.rates import Counts
from doctor.schema.report import FixAdvice
from doctor.verdict.words import figure, percent, rate

MOST = 3
_NOT_MEASURED = "not measured: it acts outside the runs"


def first_fixes(
    reference: str,
    accounting: Accounting,
    plan: Plan | None,
    measurements: Sequence[ArmMeasurement],
    ledgers: Sequence[Ledger],
    findings: Sequence[Finding],
) -> tuple[FixAdvice, ...]:
    """At most three, the surest and largest first: counting, then measured gains, then known costs.

    What the machine's readings or the user's files confirm stands after what was measured: how much of
    its line it takes is not known.
    """
    advice = [
        *_recount(reference, accounting),
        *_from_ledgers(reference, plan, ledgers, findings),
        *_from_readings(ledgers, findings),
    ]
    if len(advice) < MOST and plan is not None:
        advice += _from_ablations(reference, plan, measurements, findings)
    return tuple(advice[:MOST])


def _recount(reference: str, accounting: Accounting) -> list[FixAdvice]:
    """Where published and observed count differently, that comes first: it costs nothing."""
    published = accounting.published_counts
    if accounting.chosen is None or accounting.observed_value is None or accounting.chosen == published:
        return []
    target = accounting.reference.output_tokens_per_s
    other = "prompt and output tokens" if published == "total" else "output tokens only"
    return [
        FixAdvice(
            title="Compare what counts the same",
            action=f"The published {accounting.published_value:g} counts {other}. "
            f"Hold your figure against {rate(target, 'output')}.",
            expected_gain=f"{figure(abs(accounting.accounting_tokens_per_s or 0.0))} of the apparent gap of "
            f"{figure(accounting.apparent_gap_tokens_per_s or 0.0)} are prompt tok/s (computed)",
            verify_command=_check(
                reference,
                f"--observed {accounting.observed_value:g}",
                f"--observed-counts {accounting.chosen}",
                "--ablation none",
            ),
        )
    ]


def _from_ledgers(
    reference: str, plan: Plan | None, ledgers: Sequence[Ledger], findings: Sequence[Finding]
) -> list[FixAdvice]:
    fixes = [(fix, ledger) for ledger in ledgers for fix in ledger.fix_one if _is_shown(fix)]
    fixes.sort(key=lambda pair: pair[0].gain_fraction, reverse=True)
    return [_advice(reference, plan, fix, ledger, findings) for fix, ledger in fixes]


def _advice(
    reference: str, plan: Plan | None, fix: Fix, ledger: Ledger, findings: Sequence[Finding]
) -> FixAdvice:
    factors = [one for one in (plan.factors if plan else ()) if one.id in fix.factors]
    back = "; ".join(
        f"{change.path} back to {_value(change.reference)} (yours: {_value(change.user)})"
        for factor in factors
        for change in factor.changes
    )
    gain = f"×{figure(1 + fix.gain_fraction)} on your rate"
    if ledger.basis == "measured":
        gain = f"+{rate(fix.gain_tokens_per_s.estimate, ledger.counts)}, {gain}"
    remedy = next((one.remedy for one in findings if one.factor in fix.factors and one.remedy), None)
    return FixAdvice(
        title=" and ".join(factor.title for factor in factors) or ", ".join(fix.factors),
        action=f"{back}. {remedy.action}" if remedy and back else back or (remedy.action if remedy else ""),
        expected_gain=f"{gain} ({_basis(ledger.basis)})",
        verify_command=remedy.verify_command if remedy else _check(reference),
    )


def _from_readings(ledgers: Sequence[Ledger], findings: Sequence[Finding]) -> list[FixAdvice]:
    """Confirmed causes that no run measures: the machine's, and those of the user's own program."""
    lines = {line.id: (line, one.counts) for one in ledgers if one.basis == "measured" for line in one.lines}
    return [
        FixAdvice(
            title=one.title,
            action=f"{one.summary} {one.remedy.action}",
            expected_gain=_part_of(*lines[one.line]) if one.line in lines else _NOT_MEASURED,
            verify_command=one.remedy.verify_command,
        )
        for one in findings
        if one.line and one.status == "confirmed" and one.remedy is not None
    ]


def _part_of(line: LedgerLine, counts: Counts) -> str:
    low = line.tokens_per_s.low
    if low is None or low <= 0:
        return _NOT_MEASURED
    where = "that nothing else explains" if line.kind == "unexplained" else "lost before any setting differs"
    return f"up to {rate(line.tokens_per_s.estimate, counts)} {where} (measured)"


def _from_ablations(
    reference: str,
    plan: Plan,
    measurements: Sequence[ArmMeasurement],
    findings: Sequence[Finding],
) -> list[FixAdvice]:
    """What to look at first, where the user's setup is not known: the ablations that cost the most."""
    arms = {arm.id: arm for arm in plan.arms if arm.role == "ablation"}
    costly = [
        (one.ratio_to_reference.estimate, one)
        for one in measurements
        if one.arm in arms and one.ratio_to_reference and (one.ratio_to_reference.high or 1.0) < 1.0
    ]
    costly.sort(key=lambda pair: pair[0])
    advice, seen = [], set()
    for ratio, one in costly:
        finding = next((f for f in findings if f.cause == arms[one.arm].cause), None)
        if finding is None or finding.remedy is None or finding.factor in seen:
            continue
        seen.add(finding.factor)
        advice.append(
            FixAdvice(
                title=f"Check for: {finding.title}",
                action=finding.remedy.action,
                expected_gain=f"up to ×{figure(1 / ratio)} if your run has it "
                f"({arms[one.arm].title}: {percent(ratio)} of the reference's rate, {_basis(one.basis)})",
                verify_command=_check(reference, f"--ablation {shlex.quote(one.arm)}"),
            )
        )
    return advice


def _is_shown(fix: Fix) -> bool:
    low = fix.gain_tokens_per_s.low
    return low is not None and low > 0


def _basis(basis: str) -> str:
    return "measured on a replica" if basis == "replica" else basis


def _check(reference: str, *arguments: str) -> str:
    return " ".join(("qdoctor check", f"--reference {shlex.quote(reference)}", *arguments))


def _value(value: object) -> str:
    return "the engine's default" if value is None else str(value)
