"""What a verdict on three factors costs: `qdoctor check` against running every cell the naive way.

Naively each of the eight cells is a program of its own, with its own Python, import and engine, and the
full workload, three times over. Both ways see the same faults on the same machine, one after the other.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from benchmarks.document import write_section
from benchmarks.faults.catalogue import fault, spoilt
from benchmarks.faults.draw import Case
from benchmarks.faults.engine import ENVIRONMENT
from benchmarks.faults.program import MODEL, program
from benchmarks.faults.score import Score, score
from benchmarks.faults.told import ask
from benchmarks.faults.truth import Cells, cell_id, costs, source
from benchmarks.injected_faults import circumstances

FAULTS = ("max-num-seqs", "top-p", "longer-inputs")
BUDGET = "10m"
REPEATS = 3


class Naive(NamedTuple):
    """The cells as the naive way measured them, and the seconds that all of it took."""

    cells: Cells
    took_s: float


def naive(case: Case, model: Path, folder: Path) -> Naive:
    """Every combination of the faults, one process per run."""
    sizes = range(len(case.faults) + 1)
    subsets = [chosen for size in sizes for chosen in combinations(case.faults, size)]
    cells: Cells = {cell_id(chosen): [] for chosen in subsets}
    begun = time.monotonic()
    for _ in range(REPEATS):
        for chosen in subsets:
            path = folder / f"naive-{cell_id(chosen) or 'sound'}.py"
            path.write_text(source(case, chosen, model))
            cells[cell_id(chosen)].append(in_a_process(path))
    return Naive(cells, time.monotonic() - begun)


def in_a_process(path: Path) -> float:
    """The output tok/s that the program prints, run on its own. Raises CalledProcessError where it fails."""
    done = subprocess.run(
        [sys.executable, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **ENVIRONMENT},
    )
    return float(done.stdout.split()[-3])


def measure(folder: Path, budget: str) -> tuple[Naive, Score]:
    """Both ways on one set-up with the three faults."""
    case = Case("three", tuple(fault(one) for one in FAULTS), {})
    model = folder / "small"
    model.mkdir()
    (model / "config.json").write_text(json.dumps(MODEL))
    sound = folder / "published.py"
    sound.write_text(program(str(model), {}))
    published = [in_a_process(sound) for _ in range(REPEATS)]
    user = folder / "program.py"
    user.write_text(program(str(model), spoilt(case.faults, {})))
    told = ask(case, statistics.median(published), in_a_process(user), user, folder, budget)
    long_way = naive(case, model, folder)
    scored = score(case, costs(case, long_way.cells, published), told.report, told.took_s)
    return long_way, scored


def table(long_way: Naive, scored: Score) -> str:
    """Times and shares of both ways, in Markdown."""
    runs = sum(len(one) for one in long_way.cells.values())
    naive_way = f"Naive: {runs} programs of their own, {REPEATS} per cell of {len(long_way.cells)}."
    return "\n".join(
        [
            f"{circumstances()} {naive_way}",
            "",
            "| | naive | `qdoctor check` |",
            "|---|--:|--:|",
            f"| time to the verdict | {long_way.took_s:.0f} s | {scored.took_s:.0f} s |",
            f"| of the naive time | 1 | {scored.took_s / long_way.took_s:.2f} |",
            *(_shares(one, scored) for one in scored.true_shares),
        ]
    )


def _shares(fault_id: str, scored: Score) -> str:
    true, told = scored.true_shares[fault_id], scored.told_shares.get(fault_id, math.nan)
    return f"| share of {fault_id}, % of the gap | {100 * true:.0f} | {100 * told:.0f} |"


def main() -> None:
    """Print the table, or write it between the markers of a document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", default=BUDGET, help="of the check")
    parser.add_argument("--write", type=Path, help="document that holds the two markers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = table(*measure(Path(folder), options.budget))
    sys.stdout.write(made + "\n")
    if options.write:
        write_section(options.write, "verdict cost", made)


if __name__ == "__main__":
    main()
