"""The worked example of docs/performance-model.md: its arithmetic, and its figures against the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from doctor.performance.case import Case, prepare, run_case
from doctor.performance.memory import GIB
from doctor.performance.predict import predict
from doctor.performance.step_time import Batches
from doctor.performance.timing import TimedRun
from doctor.schema.setup import Setup
from tests.performance.models import QWEN15_7B
from tests.performance.setups import setup

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance-model.md"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Example:
    """The table's figures by the words before them."""

    figures: dict[str, float]
    how: dict[str, str]

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


@pytest.fixture(scope="module")
def table() -> Example:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## 2298.89 by hand")[2]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    figures, how = {}, {}
    for name, figure, words in (row for row in rows if len(row) == 3 and NUMBER.search(row[1])):
        found = NUMBER.search(figure)
        assert found is not None
        figures[name], how[name] = float(found[0]), words
    return Example(figures, how)


@pytest.fixture(scope="module")
def asked() -> Setup:
    return setup(QWEN15_7B, 1000, 1000, 1000, version=None)


@pytest.fixture(scope="module")
def case(asked: Setup) -> Case:
    return prepare(asked, "a100-sxm-80g")


@pytest.fixture(scope="module")
def run(case: Case) -> TimedRun:
    return run_case(case)


def test_memory_by_arithmetic(table: Example) -> None:
    parameters = 32 * (4 * 4096**2 + 3 * 4096 * 11008) + 2 * 151936 * 4096
    assert table["weights"] == pytest.approx(2 * parameters / GIB, abs=0.01)
    assert table["KV of a token"] == 2 * 32 * 32 * 128 * 2 / 1024
    left = 0.92 * 79.25 - table["weights"] - 0.94 - 0.6 - 0.6
    assert table["KV cache"] == pytest.approx(left * GIB / (512 * 1024), rel=1e-3)
    assert table["most that fit"] == int(table["KV cache"] / table["context while decoding"])


def test_a_decoding_step_by_arithmetic(table: Example) -> None:
    gemms = 32 * (76.2 + 28.9 + 138.8 + 74.0) / 1e3
    assert table["layer GEMMs at 72 rows"] == pytest.approx(gemms, abs=0.01)
    moved = 72 * table["context while decoding"] * 512 * 1024
    assert table["decode attention"] == pytest.approx(moved / 1.65e12 * 1e3, rel=0.005)
    assert table["the rest of a step"] == pytest.approx(0.84 + 0.61 + 0.32, abs=0.011)
    parts = ("layer GEMMs at 72 rows", "decode attention", "the rest of a step")
    assert table["one decoding step"] == pytest.approx(sum(table[p] for p in parts), abs=0.011)


def test_the_rate_by_arithmetic(table: Example) -> None:
    decoding = 1000 * table["one decoding step"] / 1e3 / table["decoding at once"]
    assert table["decoding, per request"] == pytest.approx(decoding, abs=0.001)
    token = 32 * (3241 + 1108 + 5807 + 2903) / 8192 + 3.6 + 3.0
    assert table["prompt token"] == pytest.approx(token, abs=0.1)
    prompts = table["prompt tokens computed"] * table["prompt token"] * 1e-6
    assert table["prompts, per request"] == pytest.approx(prompts, abs=0.0002)
    by_hand = 1 / (table["decoding, per request"] + table["prompts, per request"])
    assert table["requests/s by hand"] == pytest.approx(by_hand, abs=0.001)


def test_what_the_program_gives_is_what_the_page_says(table: Example, case: Case, run: TimedRun) -> None:
    assert case.kv_cache_tokens == table["KV cache"]
    pure = run.batches.prefill == 0
    requests = float(run.batches.decodes[pure] @ run.count[pure])
    context = float(run.batches.context[pure] @ run.count[pure]) / requests
    assert context == pytest.approx(table["context while decoding"], abs=0.6)
    assert requests / float(run.count[pure].sum()) == pytest.approx(table["decoding at once"], abs=0.5)
    computed = float(run.batches.prefill @ run.count) / 1000
    assert computed == pytest.approx(table["prompt tokens computed"], abs=0.6)
    step = step_of(case, 72.0, 72 * context)
    assert step["layer GEMMs"] == pytest.approx(table["layer GEMMs at 72 rows"], abs=0.01)
    assert step["decode attention"] == pytest.approx(table["decode attention"], abs=0.02)
    assert sum(step.values()) == pytest.approx(table["one decoding step"], abs=0.02)


def test_hand_and_program_agree(table: Example, asked: Setup) -> None:
    rates = predict(asked, "a100-sxm-80g").rates
    assert rates.requests_per_s == pytest.approx(table["requests/s by program"], abs=0.0006)
    assert rates.requests_per_s == pytest.approx(table["requests/s by hand"], rel=0.01)
    words = table.how["requests/s by program"]
    for rate in (rates.output_tokens_per_s, rates.total_tokens_per_s):
        assert f"{rate:.0f}" in words
    assert f"{rates.total_tokens_per_s / 2298.89 - 1:.0%}".replace("%", " %") in words


def test_the_engine_of_the_day_as_the_page_tells_it() -> None:
    found = predict(setup(QWEN15_7B, 1000, 1000, 1000, version="0.3.3"), "a100-sxm-80g")
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").partition("**As it was run.**")[2].split())
    total = found.total_tokens_per_s
    assert f"{found.kv_cache_tokens} tokens" in text
    assert f"{found.rates.requests_per_s:.3f} requests/s" in text
    assert f"{total.estimate:.0f} total tokens/s ({total.low:.0f} to {total.high:.0f})" in text
    assert f"What remains is {total.estimate / 2298.89 - 1:.0%}".replace("%", " %") in text


def step_of(case: Case, decodes: float, context: float) -> dict[str, float]:
    """Milliseconds of one decoding step by component."""
    one, none = np.ones(1), np.zeros(1)
    seconds = case.steps.components(Batches(decodes * one, context * one, none, none, none))
    return {name: float(value[0]) * 1e3 for name, value in seconds.items()}
