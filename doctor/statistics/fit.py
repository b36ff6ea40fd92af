"""Log means of arms and the noise they carry, from all runs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from doctor.schema.measurement import NoiseTerm
from doctor.schema.rates import Counts
from doctor.schema.run import Run
from doctor.statistics.design import Design, Floats, Layout, design_of
from doctor.statistics.throughput import log_rate
from doctor.statistics.uneven import own_variances

ZERO_VARIANCE = 1e-20
"""Below this a sum of squares of log rates is rounding: the repeats are identical."""


@dataclass(frozen=True, eq=False)
class ArmFit:
    """Arms with their log means (natural logarithm of tokens/s) and the noise between them."""

    arms: tuple[str, ...]
    means: Floats
    noise: tuple[NoiseTerm, ...]
    """Empty where no arm has a second run, or where all repeats are identical."""
    method: str
    notes: tuple[str, ...]
    design: Design


def layout_of(runs: Sequence[Run], arms: Sequence[str]) -> Layout:
    """Where each run stands; ``arms`` gives the order of the arm indices.

    Engine starts are numbered as they appear, so that equal designs give equal layouts.
    """
    starts = {start: number for number, start in enumerate(dict.fromkeys(run.engine_start for run in runs))}
    return Layout(
        arms=tuple(arms.index(run.arm) for run in runs),
        rounds=tuple(run.repeat for run in runs),
        starts=tuple(starts[run.engine_start] for run in runs),
        interleaved=_rounds_follow_each_other(runs),
    )


def _rounds_follow_each_other(runs: Sequence[Run]) -> bool:
    """Whether each round was over before the next one began."""
    spans: dict[int, tuple[int, int]] = {}
    for run in runs:
        low, high = spans.get(run.repeat, (run.position, run.position))
        spans[run.repeat] = (min(low, run.position), max(high, run.position))
    ordered = [spans[repeat] for repeat in sorted(spans)]
    return all(before[1] < after[0] for before, after in pairwise(ordered))


def noise_terms(design: Design, layout: Layout, log_rates: Floats) -> tuple[NoiseTerm, ...]:
    """The noise of the arms' means: one term, or two where engine starts can be told from runs.

    One for each arm where they are shown to be unequally noisy.
    """
    squares = _squares(design.residual, log_rates)
    if design.dof_residual == 0 or squares <= ZERO_VARIANCE * len(log_rates):
        return ()
    if not design.separates_starts:
        own = own_variances(design, layout, log_rates)
        if own is not None:
            return own
        return (_term("run", squares / design.dof_residual, design.dof_residual, design.run_weights),)
    inside = _squares(design.within, log_rates)
    # The expected mean square of the starts is run variance + start variance / start_scale,
    # so both mean squares enter with these weights; nothing is truncated at zero, which keeps
    # the t interval exact in balanced designs.
    from_starts = design.start_scale * design.start_weights
    return (
        _term("run", inside / design.dof_within, design.dof_within, design.run_weights - from_starts),
        _term("engine start", max(squares - inside, 0.0) / design.dof_starts, design.dof_starts, from_starts),
    )


def _squares(projection: Floats, log_rates: Floats) -> float:
    """The sum of squares that a projection leaves; centred first, or rounding would pass for noise."""
    left = projection @ (log_rates - log_rates.mean())
    return float(left @ left)


def _term(level: str, variance: float, dof: int, weights: Floats) -> NoiseTerm:
    return NoiseTerm.model_validate(
        {"level": level, "variance": variance, "dof": dof, "weights": tuple(map(tuple, weights.tolist()))}
    )


def fit_arms(runs: Sequence[Run], counts: Counts, *, remove_rounds: bool = True) -> ArmFit | None:
    """Fit the valid runs of all arms together; None where there is no valid run."""
    ordered = sorted(runs, key=lambda run: (run.arm, run.repeat, run.position))
    valid = [(run, rate) for run in ordered if (rate := log_rate(run, counts)) is not None]
    if not valid:
        return None
    arms = tuple(dict.fromkeys(run.arm for run, _ in valid))
    layout = layout_of([run for run, _ in valid], arms)
    design = design_of(layout, remove_rounds)
    rates = np.array([rate for _, rate in valid])
    noise = noise_terms(design, layout, rates)
    return ArmFit(
        arms=arms,
        means=design.to_means @ rates,
        noise=noise,
        method=_method(design, noise),
        notes=_notes(design, noise, rates),
        design=design,
    )


def _method(design: Design, noise: Sequence[NoiseTerm]) -> str:
    if not noise:
        return "log means; no interval: noise unknown"
    rounds = ", rounds removed" if design.removes_rounds else ""
    if len(noise) > 1 and noise[1].level == "run":
        return f"log scale, each arm's own variance (they differ: Bartlett's test){rounds}; t interval"
    levels = " + ".join(f"{term.level} ({term.dof:g} df)" for term in noise)
    return f"log scale, variance pooled over arms: {levels}{rounds}; t interval"


def _notes(design: Design, noise: Sequence[NoiseTerm], rates: Floats) -> tuple[str, ...]:
    notes = []
    if not noise and design.dof_residual == 0:
        notes.append("No arm was run twice: the noise is not known, so there are no intervals.")
    elif not noise:
        notes.append(f"All repeats of the {len(rates)} runs are identical: the noise is not known.")
    if design.misses_starts:
        notes.append(
            "Each arm ran in its own single engine start: the noise between starts is not in the intervals."
        )
    return tuple(notes)
