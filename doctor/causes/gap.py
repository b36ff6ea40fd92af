"""The two figures that are compared, as far as the evidence has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from doctor.causes.contract import Case
from doctor.causes.lookup import busiest_series, fact_of, number, signal
from doctor.schema.evidence import ObservedRate, Origin, Quantity

_WEIGHTS = {"statement": 0, "log": 1, "configuration": 2, "result": 3}
NOISE = 0.03
"""Figures that differ by less are the same figure."""

_TOKENS: tuple[Quantity, ...] = ("output tokens", "total tokens", "tokens")
_WELL_ABOVE = 1.1


@dataclass(frozen=True)
class Gap:
    """What was got and what was hoped for, each with what it counts."""

    observed: ObservedRate
    expected: ObservedRate

    @property
    def ratio(self) -> float:
        """Observed over expected, as they stand."""
        return self.observed.per_s / self.expected.per_s

    @property
    def comparable(self) -> bool:
        """Whether both count the same, as far as they say."""
        return counted(self.observed.quantity) == counted(self.expected.quantity)


def counted(quantity: Quantity) -> str:
    """What is counted; a bare "tokens" stands for itself."""
    return quantity


def find_gap(case: Case) -> Gap | None:
    """The pair that is most likely meant: the same quantity first, results before words."""
    expected = [
        rate for rate in case.evidence.rates if rate.role in ("expected", "baseline") and rate.per_s > 0
    ]
    observed = [rate for rate in observed_rates(case) if rate.per_s > 0]
    expected = expected or _told_beside_a_result(case)
    pairs = [
        Gap(observed=mine, expected=theirs)
        for theirs in expected
        for mine in observed
        if _pairable(mine.quantity, theirs.quantity)
    ]
    return max(pairs, key=_closeness, default=None)


def _told_beside_a_result(case: Case) -> list[ObservedRate]:
    """Figures that somebody names beside a benchmark's own output, and that are well above it: what else
    would they be named for? One that repeats the output says nothing new."""
    own = [rate for rate in case.evidence.rates if rate.role == "observed"]
    printed = [rate for rate in own if rate.weight == "result" and rate.quantity in _TOKENS]
    results = {rate.quantity: rate.per_s for rate in printed}
    if not results:
        return []
    highest = max(results.values())
    return [
        rate
        for rate in own
        if rate.weight == "statement"
        and rate.quantity in _TOKENS
        and rate.per_s > _WELL_ABOVE * results.get(rate.quantity, highest)
    ]


def _pairable(mine: Quantity, theirs: Quantity) -> bool:
    if "requests" in (mine, theirs) or "prompt tokens" in (mine, theirs):
        return mine == theirs
    return True


def _closeness(gap: Gap) -> tuple[int, int, int, float]:
    same = int(gap.observed.quantity == gap.expected.quantity)
    published = int(gap.expected.role == "expected")
    return published, same, _WEIGHTS[gap.observed.weight], gap.observed.per_s


def observed_rates(case: Case) -> list[ObservedRate]:
    """The user's own rates. A bare "tokens/s" takes what the script is seen to count. Where nothing
    but a latency benchmark or the engine's log tells, it is the rate that these show."""
    counts = fact_of(case.evidence.script, "rate_counts")
    found = []
    for rate in case.evidence.rates:
        if rate.role != "observed":
            continue
        if rate.quantity == "tokens" and counts is not None:
            quantity = "output tokens" if counts.value == "output" else "total tokens"
            found.append(rate.model_copy(update={"quantity": quantity}))
        else:
            found.append(rate)
    return found or list(_batch(case)) or list(_logged(case))


def _batch(case: Case) -> Iterator[ObservedRate]:
    """The rate of a latency benchmark: its batch's output tokens over the time that one batch took."""
    batch, output = number(case.evidence, "client.batch_size"), number(case.evidence, "workload.output_len")
    runs = [run for run in case.evidence.delivered if run.tool == "vllm bench latency" and run.wall_s]
    if not runs or not batch or not output or runs[0].wall_s is None:
        return
    value = round(batch * output / runs[0].wall_s, 1)
    label = f"{batch:g} requests of {output:g} output tokens in {runs[0].wall_s:.3g} s"
    yield ObservedRate(quantity="output tokens", per_s=value, origin=runs[0].origin, label=label)


def _logged(case: Case) -> Iterator[ObservedRate]:
    """The median output rate of the busiest engine's statistics lines, while requests ran."""
    series = busiest_series(case.evidence)
    rates = [point.output_tokens_per_s for point in series.points if point.running] if series else []
    if series is None or not any(rates):
        return
    value = round(median(rates), 1)
    yield ObservedRate(
        quantity="output tokens",
        per_s=value,
        origin=Origin(file=series.file, line=series.points[0].line, reader="vLLM engine log"),
        label=f"{value:g} output tokens/s in the statistics lines",
        weight="log",
    )


def remaining_ratio(case: Case) -> float | None:
    """Observed over expected once both count the same; None where no pair is known."""
    if case.accounting is not None:
        for reading in case.accounting.readings:
            if reading.counts == case.accounting.chosen:
                return 1 - reading.gap_fraction
    gap = find_gap(case)
    return gap.ratio if gap is not None else _stated_ratio(case)


def _stated_ratio(case: Case) -> float | None:
    """ "28–53 % below", "3x slower", "half of": a ratio in words, the middle of its range."""
    said = signal(case.evidence, "said_relative")
    if said is None:
        return None
    if "half" in said.values:
        return 0.5
    values = {name: float(value) for name, value in said.values.items()}
    if "times" in values:
        times = (values["times"] + values.get("more", values["times"])) / 2
        return 1 / times if times > 1 else None
    percent = (values.get("low", 0.0) + values.get("high", values.get("low", 0.0))) / 2
    return 1 - percent / 100
