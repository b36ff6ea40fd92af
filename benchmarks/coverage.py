"""How often the 95 % intervals of a ledger hold the truth, over simulated experiments.

Every experiment goes the whole way: runs with drift, engine-start and run noise → cells →
ledger. ``python -m benchmarks.coverage --write docs/accuracy.md`` renews the tables there.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.document import write_section
from benchmarks.simulation import Scenario, make_planned_runs, make_runs, plan_of, true_surface
from doctor.attribution.ledger import build_ledger
from doctor.attribution.logmean import log_mean
from doctor.attribution.shapley import shapley_weights
from doctor.schema.rates import Interval
from doctor.statistics.cells import cell_table

NOISE = (0.003, 0.01, 0.03, 0.1, 0.2)
FACTORS = (2, 3, 4, 5)
KINDS = ("share", "factor", "fix one", "fix all")


@dataclass
class Coverage:
    """How many intervals held the truth, of how many; by kind of figure."""

    held: dict[str, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    experiments: int = 0

    def add(self, kind: str, interval: Interval, truth: float) -> None:
        """Count one interval; one without ends is made and does not hold."""
        held = (
            interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high
        )
        self.held[kind] = self.held.get(kind, 0) + held
        self.made[kind] = self.made.get(kind, 0) + 1

    def merge(self, other: Coverage) -> None:
        """Add another's counts."""
        for kind, made in other.made.items():
            self.held[kind] = self.held.get(kind, 0) + other.held[kind]
            self.made[kind] = self.made.get(kind, 0) + made
        self.experiments += other.experiments

    def share(self, kind: str) -> float:
        """The share that held."""
        return self.held[kind] / self.made[kind]


def experiment(scenario: Scenario, rng: np.random.Generator, counted: Coverage) -> None:
    """Simulate one experiment and count which of its intervals hold the truth.

    The truth of a share in tokens/s is the one at the mean drift of the rounds: a ledger
    speaks of the conditions in which it was measured.
    """
    k = scenario.factors
    truth = true_surface(scenario, rng)
    if scenario.planned:
        runs, drift = make_planned_runs(scenario, truth, rng), 0.0
    else:
        runs, drift = make_runs(scenario, truth, rng)
    arms, factors = plan_of(k)
    table = cell_table(runs, arms, "measured")
    # Repeats with 20 % noise are called unsteady and refused; here the intervals are on trial.
    stable = tuple(cell.model_copy(update={"stability": "steady"}) for cell in table.cells)
    ledger = build_ledger(table.model_copy(update={"cells": stable}), factors)
    rates = np.exp(truth + drift)
    scale = log_mean(float(rates[0]), float(rates[-1]))
    shares = (shapley_weights(k) @ truth).tolist()
    if len(ledger.lines) < k:
        # Only the ends were run: all differences are one line.
        shares = [math.fsum(shares)]
    for line, share in zip(ledger.lines, shares, strict=True):
        counted.add("share", line.tokens_per_s, scale * share)
        assert line.factor is not None
        counted.add("factor", line.factor, math.exp(-share))
    assert ledger.fix_all is not None
    counted.add("fix all", ledger.fix_all.gain_tokens_per_s, float(rates[0] - rates[-1]))
    for fix in ledger.fix_one if len(shares) == k else ():
        cell = len(rates) - 1 - (1 << int(fix.factors[0]))
        counted.add("fix one", fix.gain_tokens_per_s, float(rates[cell] - rates[-1]))
    counted.experiments += 1


def scenarios() -> Iterator[Scenario]:
    """The grid that the method is made for: factors, noise, rounds, layouts of starts and repeats."""
    for k, noise, rounds in product(FACTORS, NOISE, (2, 3, 5)):
        yield Scenario(k, noise, rounds, drift=0.02)
        yield Scenario(k, noise, rounds, start_noise=noise, drift=noise)
        yield Scenario(k, noise, rounds, start_noise=noise, drift=0.02, shared_starts=True)
        if rounds > 2:
            yield Scenario(k, noise, rounds, start_noise=noise, drift=0.02, ends_repeated=True)


def broken_assumptions() -> dict[str, list[Scenario]]:
    """What the method does not promise, and what then happens; three rounds, noise of 1 %."""
    every, many = [(k, 0.01, 3) for k in FACTORS], [(k, 0.01, 3) for k in (4, 5)]
    return {
        "user's arm three times as noisy as the rest": [Scenario(*s, uneven=3.0) for s in every],
        "user's arm ten times as noisy as the rest": [Scenario(*s, uneven=10.0) for s in every],
        "heavy tails (Student t, 3 df)": [Scenario(*s, outliers=True) for s in every],
        "one engine start per arm, no start noise": [Scenario(*s, one_start_each=True) for s in every],
        "one engine start per arm, start noise 1 %": [
            Scenario(*s, one_start_each=True, start_noise=0.01) for s in every
        ],
        "filled cells, triple interactions of 2 %": [Scenario(*s, triples=0.02) for s in many],
        "filled cells, triple interactions of 5 %": [Scenario(*s, triples=0.05) for s in many],
        "rounds as the planner chooses them, six at most": [
            Scenario(k, noise, 6, planned=True) for k in FACTORS for noise in NOISE
        ],
        "a single factor, two rounds, drift 2 %": [Scenario(1, 0.01, 2, drift=0.02)],
        "a single factor, five rounds, drift 2 %": [Scenario(1, 0.01, 5, drift=0.02)],
    }


def run_scenario(scenario: Scenario, experiments: int, seed: int) -> Coverage:
    """Coverage of one scenario over so many experiments."""
    rng, counted = np.random.default_rng(seed), Coverage()
    for _ in range(experiments):
        experiment(scenario, rng, counted)
    return counted


def _row(name: str, parts: Iterable[Coverage]) -> str:
    total = Coverage()
    for part in parts:
        total.merge(part)
    return (
        f"| {name} | {total.experiments} | "
        + " | ".join(f"{100 * total.share(kind):.1f}" for kind in KINDS)
        + " |"
    )


def tables(experiments: int, seed: int) -> str:
    """The Markdown tables of docs/accuracy.md."""
    results = [
        (scenario, run_scenario(scenario, experiments, seed + number))
        for number, scenario in enumerate(scenarios())
    ]
    head = [
        "| {} | experiments | share, tok/s | share, factor | fix one | fix all |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    lines = [head[0].format("experiments of"), head[1], _row("**all**", [c for _, c in results])]
    lines += [
        _row(f"{k} factors, noise {100 * n:g} %", [c for s, c in results if (s.factors, s.noise) == (k, n)])
        for k, n in product(FACTORS, NOISE)
    ]
    lines += [_row(f"{r} rounds", [c for s, c in results if s.rounds == r]) for r in (2, 3, 5)]
    lines += [
        _row(
            "own engine start per run", [c for s, c in results if not s.shared_starts and not s.ends_repeated]
        ),
        _row("two arms share each engine start", [c for s, c in results if s.shared_starts]),
        _row("only the ends repeated beyond two rounds", [c for s, c in results if s.ends_repeated]),
        "",
        head[0].format("outside the method's assumptions"),
        head[1],
    ]
    for number, (name, chosen) in enumerate(broken_assumptions().items()):
        more = 2000 // len(chosen) if experiments >= 100 else experiments
        lines.append(_row(name, [run_scenario(s, more, seed + 7000 + number) for s in chosen]))
    return "\n".join(lines)


def main() -> None:
    """Print the tables, or write them between the markers of a document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=100, help="per scenario of the grid (220 of them)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="document that holds the two markers")
    options = parser.parse_args()
    made = tables(options.experiments, options.seed)
    print(made)
    if options.write:
        write_section(options.write, "coverage", made)


if __name__ == "__main__":
    main()
