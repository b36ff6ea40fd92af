"""The three rates side by side: as published, as observed, as measured here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doctor.schema.accounting import Accounting, Reading
from doctor.schema.plan import Basis
from doctor.schema.prediction import Prediction
from doctor.schema.rates import Counts, Rates
from doctor.schema.report import Report


@dataclass(frozen=True)
class RateRow:
    """One throughput in three rates; ``given`` is the one that somebody stated, the others follow."""

    who: Literal["published", "observed", "reference arm", "user arm", "predicted"]
    rates: Rates
    given: Counts | None = None
    given_value: float | None = None
    basis: Basis | None = None
    read_as: Counts | None = None
    """Set where the observed figure could be read in two ways."""
    ratios: Rates | None = None
    """Over the published rates."""


def rate_rows(report: Report) -> tuple[RateRow, ...]:
    """Published first, then each reading of the observed figure, then what the real setup gave here."""
    return (*figure_rows(report.accounting), *_arm_rows(report))


def figure_rows(accounting: Accounting) -> tuple[RateRow, ...]:
    """The published figure and each reading of the observed one."""
    rows = [
        RateRow(
            who="published",
            rates=accounting.reference,
            given=accounting.published_counts,
            given_value=accounting.published_value,
        )
    ]
    unknown = accounting.observed_counts == "unknown" and len(accounting.readings) > 1
    rows.extend(
        RateRow(
            who="observed",
            rates=reading.observed,
            given=reading.counts,
            given_value=accounting.observed_value,
            read_as=reading.counts if unknown else None,
            ratios=_over(reading.observed, accounting.reference),
        )
        for reading in _chosen_first(accounting)
    )
    return tuple(rows)


def predicted_rows(prediction: Prediction, published: Rates | None) -> tuple[RateRow, ...]:
    """What was published, where something was, and what the model predicts."""
    told = RateRow(
        who="predicted",
        rates=prediction.rates,
        basis="predicted",
        ratios=_over(prediction.rates, published) if published else None,
    )
    return (RateRow(who="published", rates=published), told) if published else (told,)


def _chosen_first(accounting: Accounting) -> list[Reading]:
    return sorted(accounting.readings, key=lambda r: r.counts != accounting.chosen)


def _arm_rows(report: Report) -> list[RateRow]:
    """The two end arms, only where they stand for the published setup and not for a replica."""
    roles = {arm.id: arm.role for arm in report.plan.arms} if report.plan else {}
    rows = []
    for measurement in report.measurements:
        role = roles.get(measurement.arm)
        if measurement.rates is None or measurement.basis == "replica" or role not in ("reference", "user"):
            continue
        rows.append(
            RateRow(
                who="reference arm" if role == "reference" else "user arm",
                rates=measurement.rates,
                basis=measurement.basis,
                ratios=_over(measurement.rates, report.accounting.reference),
            )
        )
    return rows


def _over(these: Rates, those: Rates) -> Rates:
    return Rates(
        requests_per_s=_ratio(these.requests_per_s, those.requests_per_s),
        output_tokens_per_s=_ratio(these.output_tokens_per_s, those.output_tokens_per_s),
        total_tokens_per_s=_ratio(these.total_tokens_per_s, those.total_tokens_per_s),
    )


def _ratio(these: float, those: float) -> float:
    return these / those if those else 0.0
