"""How every cause judges a measured effect: the same rule for all of them."""

from __future__ import annotations

from doctor.causes.contract import Cause
from doctor.schema.finding import EvidenceLine, Finding, FindingStatus
from doctor.schema.ledger import LedgerLine
from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Basis
from doctor.schema.rates import Interval

NEGLIGIBLE = 0.03
"""An effect whose whole interval lies within ±3 % of none is ruled out as a cause of a gap."""


def judge_line(cause: Cause, line: LedgerLine) -> Finding:
    """What the ledger's line for the cause's factor says about the user's own setup."""
    if line.factor is None:
        return _finding(
            cause, "inconclusive", "The ledger gives no effect for it.", None, line.basis, line.id
        )
    status, words = _read(line.factor)
    return _finding(cause, status, words, line.factor, line.basis, f"ledger line {line.id}")


def judge_arm(cause: Cause, arm: ArmMeasurement, *, present: bool | None) -> Finding:
    """What an ablation arm says. ``present``: whether the user's setup has the cause (None: unknown).

    An ablation shows what the cause would cost here. That it acts in the user's run needs the
    user's setup too, so an effect without it stays inconclusive.
    """
    ratio = arm.ratio_to_reference
    source = f"arm {arm.arm}"
    if ratio is None:
        why = arm.reason or "its runs gave no rate"
        return _finding(cause, "inconclusive", f"Not measured: {why}.", None, arm.basis, source)
    if arm.stability in ("drifting", "unsteady"):
        words = f"The arm is {arm.stability}; nothing is concluded from it."
        return _finding(cause, "inconclusive", words, ratio, arm.basis, source)
    status, words = _read(ratio)
    if status == "confirmed" and present is None:
        status = "inconclusive"
        words += " Whether the user's run has it is not known."
    if status == "confirmed" and present is False:
        status = "not applicable"
        words += " The user's setup does not have it."
    return _finding(cause, status, words, ratio, arm.basis, source)


def judge_inflation(cause: Cause, arm: ArmMeasurement, step: LedgerLine) -> Finding | None:
    """Whether the published figure may have been reached as this arm was; None where it was not faster.

    ``step`` is the ledger's line from the published figure to the reference arm.
    """
    ratio, factor = arm.ratio_to_reference, step.factor
    if ratio is None or ratio.low is None or ratio.high is None:
        return None
    if factor is None or factor.estimate >= 1 or ratio.low <= 1 + NEGLIGIBLE:
        return None
    published = 1 / factor.estimate
    nearest, furthest = 1 / (factor.high or factor.estimate), 1 / (factor.low or factor.estimate)
    near = ratio.low <= furthest and nearest <= ratio.high
    words = f"So run, the reference setup makes {ratio.estimate:.2f} times its rate ({ratio.low:.2f} to "
    words += f"{ratio.high:.2f}); the published figure is {published:.2f} times it"
    words += ", as if it had been reached so." if near else "."
    finding = _finding(cause, "inconclusive", words, ratio, arm.basis, f"arm {arm.arm}")
    line = finding.evidence[0].model_copy(update={"speaks": "for" if near else "context"})
    return finding.model_copy(update={"evidence": (line,), "line": "setting"})


def _read(factor: Interval) -> tuple[FindingStatus, str]:
    if factor.low is None or factor.high is None:
        return "inconclusive", f"Factor {factor.estimate:.2f} on the rate, without an interval."
    span = f"factor {factor.estimate:.2f} on the rate ({factor.low:.2f} to {factor.high:.2f})"
    if factor.low >= 1 - NEGLIGIBLE and factor.high <= 1 + NEGLIGIBLE:
        return "ruled out", f"Measured, {span}: less than {NEGLIGIBLE:.0%} either way."
    if factor.high < 1:
        return "confirmed", f"Measured, {span}."
    if factor.low > 1:
        return "ruled out", f"Measured, {span}: it makes the run faster."
    return "inconclusive", f"Measured, {span}: no effect is within the interval."


def _finding(
    cause: Cause, status: FindingStatus, words: str, factor: Interval | None, basis: Basis, source: str
) -> Finding:
    speaks = {"confirmed": "for", "ruled out": "against"}.get(status, "context")
    line = EvidenceLine.model_validate({"text": words, "speaks": speaks, "source": source})
    return Finding(
        cause=cause.id,
        title=cause.title,
        family=cause.family,
        status=status,
        summary=words,
        effect=factor,
        basis=basis,
        evidence=(line,),
        remedy=cause.remedy,
        factor=cause.factor,
    )
