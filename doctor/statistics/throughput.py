"""The three rates of a run, and of several."""

from __future__ import annotations

import math
from collections.abc import Sequence

from doctor.schema.rates import Counts, Rates
from doctor.schema.run import Run


def rates_of(run: Run) -> Rates | None:
    """The three rates of one run over its whole timed region, in 1/s.

    None where the run is not valid, or where it has no time or no output: a rate of zero
    has no logarithm and is no measurement of a throughput.
    """
    requests, output, prompt = len(run.output_tokens), sum(run.output_tokens), sum(run.prompt_tokens)
    if run.status != "ok" or run.wall_s is None or run.wall_s <= 0 or output <= 0:
        return None
    return Rates(
        requests_per_s=requests / run.wall_s,
        output_tokens_per_s=output / run.wall_s,
        total_tokens_per_s=(output + prompt) / run.wall_s,
    )


def log_rate(run: Run, counts: Counts) -> float | None:
    """The natural logarithm of the run's rate in output or total tokens/s; None without a rate."""
    rates = rates_of(run)
    if rates is None:
        return None
    return math.log(rates.output_tokens_per_s if counts == "output" else rates.total_tokens_per_s)


def mean_rates(rates: Sequence[Rates]) -> Rates | None:
    """Geometric means, as all statistics here are made on logarithms; None for no rates."""
    if not rates:
        return None

    def mean(values: Sequence[float]) -> float:
        return math.exp(math.fsum(math.log(value) for value in values) / len(values))

    return Rates(
        requests_per_s=mean([r.requests_per_s for r in rates]),
        output_tokens_per_s=mean([r.output_tokens_per_s for r in rates]),
        total_tokens_per_s=mean([r.total_tokens_per_s for r in rates]),
    )
