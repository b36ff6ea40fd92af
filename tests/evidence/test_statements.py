"""What people say, in two languages, and how it is meant where they say it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doctor.evidence.prose_statements import BETTER, load_statements
from doctor.evidence.sides import heading, sides
from doctor.schema.evidence import Signal
from tests.evidence.reading_text import read


def said(text: str, name: str) -> Signal | None:
    return next((signal for signal in read(text).signals if signal.id == name), None)


def stance(text: str, name: str) -> str | None:
    found = said(text, name)
    return found.stance if found else None


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("It runs with --enforce-eager.", "said_eager", "named"),
        ("Removing --enforce-eager made it three times faster.", "said_eager", "contrast"),
        ("The culprit was --enforce-eager.", "said_eager", "remedy"),
        ("Expected: 40 tok/s without --cpu-offload-gb", "said_offload", "contrast"),
        ("We do not use LoRA here.", "said_lora", "absent"),
        ("It was 1650 tok/s, then I set `nvidia-smi -pl 200`, now 1180 tok/s", "said_power_cap", "contrast"),
        ("I set `nvidia-smi -pl 200`.", "said_power_cap", "named"),
        ("I tried removing --enforce-eager, but it made no difference.", "said_eager", "no effect"),
        ("With speculative decoding 61 tok/s, without it 69 tok/s.", "said_speculative", "contrast"),
        ("去掉 --enforce-eager 之后还是一样慢", "said_eager", "no effect"),
        ("去掉 enforce_eager 后恢复正常，速度提升到 60 tokens/s", "said_eager", "contrast"),
        ("两张卡没有 NVLink，通信走 PCIe", "said_no_nvlink", "named"),
        ("原因是容器只有 2 核 CPU 限制", "said_cpu_limited", "remedy"),
    ],
)
def test_how_a_statement_is_meant(text: str, name: str, meant: str) -> None:
    assert stance(text, name) == meant


def test_of_several_mentions_the_one_that_says_most_counts() -> None:
    text = "We serve with LoRA adapters.\n\nDisabling LoRA fixed it: 40 tok/s again."
    found = said(text, "said_lora")
    assert found is not None
    assert found.stance == "contrast"
    assert found.origin.line == 3


def test_what_the_better_run_has_is_only_looked_for_there() -> None:
    name = f"said_eager{BETTER}"
    assert said("Expected: 51 tok/s with CUDA graphs", name) is not None
    assert said("Observed: 19 tok/s with CUDA graphs", name) is None


@pytest.mark.parametrize(
    ("line", "side"),
    [
        ("Observed: 6 tok/s", "observed"),
        ("### Expected behavior", "expected"),
        ("**Actual result**:", "observed"),
        ("预期：2298 tokens/s", "expected"),
        ("实际速度：1000 tokens/s", "observed"),
        ("Before: 20 req/s", "baseline"),
        ("Before we begin, some words.", ""),
        ("We expected more.", ""),
    ],
)
def test_the_side_of_a_line(line: str, side: str) -> None:
    assert heading(line) == side


def test_a_heading_reaches_to_the_next_and_a_full_line_only_for_itself() -> None:
    lines = ["### Expected", "2298 tokens/s", "### Environment", "1x A100", "Expected: 5 req/s", "and so on"]
    assert list(sides(lines)) == ["expected", "expected", "", "", "expected", ""]


def test_flags_on_the_better_runs_line_belong_to_it() -> None:
    facts = read(
        "Observed: 40 tok/s with --max-num-seqs 4\nExpected: 130 tok/s with --max-num-seqs 16"
    ).settings
    caps = {(fact.value, fact.role) for fact in facts if fact.path == "engine.max_num_seqs"}
    assert caps == {(4, "user"), (16, "reference")}


def test_every_statement_is_used_by_a_cause_or_says_what_the_better_run_has() -> None:
    causes = Path(__file__).parents[2] / "doctor" / "causes"
    text = "".join(path.read_text(encoding="utf-8") for path in causes.glob("*.py"))
    unused = {name for name in load_statements() if name.removesuffix(BETTER) not in text}
    assert unused == set()


@pytest.mark.parametrize("name", sorted(load_statements()))
def test_no_pattern_matches_nothing_or_hangs(name: str) -> None:
    pattern: re.Pattern[str] = load_statements()[name]
    assert pattern.search("") is None
    assert pattern.search(("lorem " * 3000 + "\n") * 4 + "(" * 3000 + "啊" * 3000) is None
