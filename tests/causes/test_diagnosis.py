"""From a text to a verdict: the case this was built for, the controls, what is missing."""

from __future__ import annotations

import pytest

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case
from doctor.causes.diagnosis import diagnose
from doctor.planning.accounting import settle
from doctor.references import load_reference, reference_setup
from doctor.schema.diagnosis import Diagnosis
from tests.evidence.reading_text import read
from tests.evidence.test_python_script import IDENTICAL

REFERENCE = "qwen1.5-7b-chat-a100-80g"


def diagnosed(text: str) -> Diagnosis:
    return diagnose(load_causes(), Case(evidence=read(text)))


def causes(diagnosis: Diagnosis) -> list[str]:
    return [item.finding.cause for item in diagnosis.candidates]


def test_a_hundred_identical_prompts_against_the_published_total() -> None:
    reference = load_reference(REFERENCE)
    setup = reference_setup(reference)
    evidence = read(f"I get about 1000 tokens/s.\n\n```python\n{IDENTICAL}```\n")
    accounting = settle(reference, 1000.0, "output", setup.workload)
    diagnosis = diagnose(load_causes(), Case(evidence, setup, accounting), REFERENCE)
    named = causes(diagnosis)
    assert named[0] == "token-accounting-total-vs-output"
    summary = diagnosis.candidates[0].finding.summary
    # 2298.89 / 2 = 1149.445 output tokens/s; 1 - 1000 / 1149.445 = 13 %.
    assert "2298.89" in summary
    assert "1149.4" in summary
    assert "13%" in summary
    assert diagnosis.remaining_ratio == pytest.approx(0.87, abs=0.001)
    rest = {"num-prompts-too-small", "top-k-top-p-sort", "prefix-cache-inflates-reference"}
    assert rest <= set(named[:8])
    tail = next(item for item in diagnosis.candidates if item.finding.cause == "num-prompts-too-small")
    # 80 GiB × 0.9 less 15.4 GB of weights and 2 GiB, at 512 KiB per token: 57 sequences of 2000.
    assert "1.8 rounds" in tail.finding.summary
    assert (diagnosis.verdict.outcome, diagnosis.verdict.exit_code) == ("gap", 1)
    assert diagnosis.would_decide


def test_the_length_trap_from_json_and_command() -> None:
    diagnosis = diagnosed(
        "```\nvllm bench throughput --input-len 64 --output-len 32 --num-prompts 16\n```\n"
        '```json\n{"elapsed_time": 60.0, "num_requests": 16, "total_num_tokens": 18435, '
        '"requests_per_second": 0.27, "tokens_per_second": 307.25}\n```\n'
    )
    assert causes(diagnosis)[0] == "random-length-trap"


def test_a_missing_figure_is_no_gap() -> None:
    diagnosis = diagnosed("Observed: 700 tok/s\n--enforce-eager")
    assert diagnosis.verdict.outcome == "inconclusive"
    assert diagnosis.verdict.exit_code == 0
    assert "lacks the figure" in diagnosis.verdict.sentence


def test_equal_figures_are_no_gap() -> None:
    diagnosis = diagnosed("Observed: 20.1 requests/s\nExpected: 20.0 requests/s\n--enforce-eager")
    assert (diagnosis.verdict.outcome, diagnosis.verdict.exit_code) == ("no gap", 0)


def test_a_gap_without_a_reason_says_so() -> None:
    diagnosis = diagnosed("Observed: 14.1 requests/s\nExpected: 20.0 requests/s")
    assert diagnosis.verdict.outcome == "inconclusive"
    assert diagnosis.verdict.exit_code == 1
    assert "does not show why" in diagnosis.verdict.sentence


def test_what_was_excluded_says_why() -> None:
    diagnosis = diagnosed("vllm serve m/x --enforce-eager=false --max-num-seqs 64")
    eager = next(finding for finding in diagnosis.ruled_out if finding.cause == "enforce-eager")
    assert eager.evidence[0].speaks == "against"


def test_an_empty_text_asks_for_both_figures() -> None:
    diagnosis = diagnosed("")
    assert diagnosis.candidates == ()
    assert "observed rate and the published one" in diagnosis.would_decide
