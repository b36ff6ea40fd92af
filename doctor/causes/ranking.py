"""Which cause comes first: how strongly the evidence speaks times how much it could be worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

from doctor.causes.contract import Case, Cause, Judgement
from doctor.causes.gap import remaining_ratio
from doctor.errors import QdoctorError
from doctor.schema.finding import EvidenceLine
from doctor.schema.rates import Interval

_STRENGTH = {"arithmetic": 1.0, "measured": 0.8, "configuration": 0.6, "warning": 0.12, "none": 0.0}
_UNKNOWN_WORTH = 0.35
"""Where nothing is known of a cause's size."""

_UNKNOWN_ARITHMETIC = 0.85
"""Where figures that cannot differ do differ, and by how much that changes the rate is open."""

_WITHIN_REACH = 0.6
"""The least worth of a cause that has been seen to cost as much as the whole gap."""

_DOUBT = 0.85
"""An inconclusive judgement against a confirmed one of equal strength."""


@dataclass(frozen=True)
class Judged:
    """One cause with its judgement and its score."""

    cause: Cause
    judgement: Judgement
    score: float


def judge_all(causes: tuple[Cause, ...], case: Case) -> tuple[Judged, ...]:
    """Every cause judged, highest score first. A cause that fails is a status, not a crash."""
    ratio = remaining_ratio(case)
    apparent = _apparent_ratio(case, ratio)
    judgements = [(cause, _judge(cause, case)) for cause in causes]
    rest = _after_arithmetic(case, ratio, [judgement for _, judgement in judgements])
    judged = [
        Judged(cause, judgement, score(judgement, apparent if judgement.strength == "arithmetic" else rest))
        for cause, judgement in judgements
    ]
    return tuple(sorted(judged, key=lambda item: (-item.score, item.cause.id)))


def _after_arithmetic(case: Case, ratio: float | None, judgements: list[Judgement]) -> float | None:
    """What remains to be explained once counting and units are settled."""
    if case.accounting is not None or ratio is None:
        return ratio
    factors = [
        judgement.factor.estimate
        for judgement in judgements
        if judgement.strength == "arithmetic" and judgement.status == "confirmed" and judgement.factor
    ]
    return min(1.0, ratio / min(factors)) if factors else ratio


def _apparent_ratio(case: Case, ratio: float | None) -> float | None:
    """The ratio before accounting is settled: what arithmetic causes have to explain."""
    accounting = case.accounting
    if accounting is None or not accounting.observed_value:
        return ratio
    return accounting.observed_value / accounting.published_value


def _judge(cause: Cause, case: Case) -> Judgement:
    try:
        return cause.judge(case)
    except (QdoctorError, ArithmeticError, ValueError, TypeError, LookupError) as error:
        line = EvidenceLine(text=f"{type(error).__name__}: {error}", speaks="context", source="qdoctor")
        return Judgement("error", f"The judgement failed: {error}.", (line,))


def score(judgement: Judgement, ratio: float | None) -> float:
    """0 for what is excluded or unknown, up to 1."""
    if judgement.status not in ("confirmed", "inconclusive"):
        return 0.0
    doubt = 1.0 if judgement.status == "confirmed" else _DOUBT
    worth = 0.15 + 0.85 * _worth(judgement.factor, ratio)
    if judgement.factor is None and judgement.strength == "arithmetic" and judgement.status == "confirmed":
        worth = _UNKNOWN_ARITHMETIC
    return _STRENGTH[judgement.strength] * judgement.plausibility * worth * doubt


def _worth(factor: Interval | None, ratio: float | None) -> float:
    """The share of the gap (or of a halving, where no gap is known) that the cause could explain.

    A cause that would cost far more than the whole gap is unlikely to act in full.
    """
    if factor is None:
        return _UNKNOWN_WORTH
    likely = _loss(factor.estimate)
    least, most = _loss(factor.high or factor.estimate), _loss(factor.low or factor.estimate)
    gap = _loss(ratio) if ratio is not None else 0.0
    if gap < 0.03:
        return min(1.0, likely / math.log(2))
    if least > 1.3 * gap + 0.1:
        return 0.3
    share = min(1.0, likely / gap)
    return max(share, _WITHIN_REACH) if most >= gap and likely > 0.05 else share


def _loss(factor: float) -> float:
    return max(0.0, -math.log(max(factor, 1e-4)))
