"""What the runs of every arm come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from doctor.schema.measurement import ArmMeasurement
from doctor.schema.plan import Arm, Basis
from doctor.schema.run import Run
from doctor.statistics.fit import fit_arms
from doctor.statistics.phases import phases_of
from doctor.statistics.ratios import rate_of_arm, ratio_of_arms
from doctor.statistics.repeats import stability_of_arms
from doctor.statistics.throughput import mean_rates, rates_of

Figure = TypeVar("Figure", int, float)


def measure_arms(
    runs: Sequence[Run], arms: Sequence[Arm], reference_arm: str, basis: Basis
) -> tuple[ArmMeasurement, ...]:
    """Measure every arm over its valid runs, in the order of ``arms``.

    Rates are whole-run rates (geometric means over repeats). The ratio to the reference arm
    is in output tokens/s. Intervals are None where no repeat tells the noise.
    """
    known = {arm.id for arm in arms}
    used = sorted((run for run in runs if run.arm in known), key=lambda run: run.position)
    across, within = fit_arms(used, "output"), fit_arms(used, "output", remove_rounds=False)
    stability = stability_of_arms(used)
    measured = []
    for arm in arms:
        own = [run for run in used if run.arm == arm.id]
        valid = [run for run in own if rates_of(run) is not None]
        state, why = stability.get(arm.id, ("unknown", "no valid run"))
        measured.append(
            ArmMeasurement(
                arm=arm.id,
                basis=basis,
                runs_ok=len(valid),
                runs_invalid=sum(run.status == "invalid" for run in own),
                runs_failed=sum(run.status == "failed" for run in own),
                rates=mean_rates([rates for run in valid if (rates := rates_of(run)) is not None]),
                output_tokens_per_s=rate_of_arm(valid, arm.id, within),
                ratio_to_reference=ratio_of_arms(used, arm.id, reference_arm, across),
                stability=state,
                stability_why=why,
                phases=phases_of(_middle(valid)) if valid else None,
                preemptions=_largest([run.preemptions for run in valid]),
                peak_running=_largest([s.running for run in valid for s in run.engine_samples]),
                peak_kv_cache_usage=_largest([s.kv_cache_usage for run in valid for s in run.engine_samples]),
                reason="" if valid else _why_no_rate(own),
            )
        )
    return tuple(measured)


def _middle(runs: Sequence[Run]) -> Run:
    """The run with the median wall time: a real run, so its phases belong together."""
    return sorted(runs, key=lambda run: run.wall_s or 0.0)[(len(runs) - 1) // 2]


def _largest(values: Iterable[Figure | None]) -> Figure | None:
    return max((value for value in values if value is not None), default=None)


def _why_no_rate(runs: Sequence[Run]) -> str:
    reasons = dict.fromkeys(run.reason or f"run {run.status}" for run in runs)
    return "; ".join(reasons) if reasons else "not run"
