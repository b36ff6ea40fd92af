"""Predicted cells: what an attribution rests on where nothing was run, or what fills its gaps.

All cells share their random draws, so what is uncertain in the same way for every cell (a kernel
that is slower than its table says) cancels in the differences between them, as it does in truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from doctor.performance.case import prepare
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.predict import Outcome, outcome_of, prediction_of
from doctor.schema.measurement import CellRate, CellTable, NoiseTerm
from doctor.schema.rates import Counts, Rates
from doctor.schema.setup import Setup

SAMPLES = 2000


@dataclass(frozen=True)
class CellSetup:
    """One cell to predict: the factors at the user's value, the setup, and the card it stands on."""

    factors: frozenset[str]
    setup: Setup
    gpu: str
    kv_cache_tokens: int | None = None
    calibration: KernelTable | None = None
    flashinfer: bool | None = None
    """Whether the engine samples with FlashInfer; None: its version's default."""


def predicted_table(cells: Sequence[CellSetup], counts: Counts) -> CellTable:
    """The cells with the noise that the model's own uncertainty gives them. Raises UsageError."""
    outcomes = [outcome(cell) for cell in cells]
    logs = np.asarray([-np.log(one.factors) for one in outcomes])
    covariance = np.atleast_2d(np.cov(logs))
    return CellTable(
        basis="predicted",
        counts=counts,
        cells=tuple(
            CellRate(
                factors=cell.factors,
                arm="+".join(sorted(cell.factors)) or "reference",
                log_rate=float(np.log(tokens_per_s(prediction_of(one).rates, counts))),
                output_tokens_per_request=cell.setup.workload.output_len * cell.setup.sampling.n,
                prompt_tokens_per_request=cell.setup.workload.input_len,
            )
            for cell, one in zip(cells, outcomes, strict=True)
        ),
        noise=(
            NoiseTerm(
                level="prediction",
                variance=1.0,
                dof=SAMPLES - 1,
                weights=tuple(tuple(map(float, row)) for row in covariance),
            ),
        ),
        method="predicted by the performance model; intervals by Monte Carlo over its inputs",
        notes=_notes(outcomes),
    )


def predicted_rates(cells: Sequence[CellSetup], counts: Counts) -> Mapping[frozenset[str], float]:
    """The rate of each cell in tokens/s, for filling cells that were not run. Raises UsageError."""
    return {cell.factors: tokens_per_s(prediction_of(outcome(cell)).rates, counts) for cell in cells}


def outcome(cell: CellSetup) -> Outcome:
    """One cell, replayed. Cells on the same card share their draws, others have draws of their own."""
    case = prepare(
        cell.setup,
        cell.gpu,
        calibration=cell.calibration,
        kv_cache_tokens=cell.kv_cache_tokens,
        flashinfer=cell.flashinfer,
    )
    return outcome_of(case, samples=SAMPLES, seed=crc32(case.device.id.encode()))


def tokens_per_s(rates: Rates, counts: Counts) -> float:
    """The rate in what ``counts`` says."""
    return rates.output_tokens_per_s if counts == "output" else rates.total_tokens_per_s


def _notes(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Where the kernel times come from, once for each card."""
    cards = dict.fromkeys((o.case.device.name, o.case.device.kernels.basis) for o in outcomes)
    return tuple(f"Predicted for {name}; kernel times: {basis}." for name, basis in cards)
