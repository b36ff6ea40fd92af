"""What is said of real outputs of vLLM: see tests/evidence/samples/README.md for how they were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.causes.catalogue import load_causes
from doctor.causes.contract import Case, Judgement
from doctor.causes.gap import observed_rates
from doctor.causes.ranking import judge_all
from doctor.evidence.reading import read_file, read_files
from tests.evidence.reading_text import read

SAMPLES = Path(__file__).parents[1] / "evidence" / "samples"
REAL = SAMPLES / "vllm-0.32.0-cpu"
CAUSES = load_causes()


def ranked(path: Path) -> list[str]:
    judged = judge_all(CAUSES, Case(read_file(path), None))
    return [item.cause.id for item in judged if item.score > 0.1]


def judgement(cause_id: str, path: Path) -> Judgement:
    judged = judge_all(CAUSES, Case(read_file(path), None))
    return next(item.judgement for item in judged if item.cause.id == cause_id)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("throughput-other-lengths.log", "random-length-trap"),
        ("offline-small-kv-cache.log", "kv-cache-limited-concurrency"),
        ("offline-identical-prompts.log", "max-num-seqs-cap"),
    ],
)
def test_what_was_done_to_the_run_comes_first(name: str, first: str) -> None:
    assert ranked(REAL / name)[0] == first


def test_a_server_that_lacked_nothing_is_blamed_for_nothing() -> None:
    assert ranked(REAL / "server.log") == []


def test_the_cap_is_not_blamed_where_fewer_run_while_others_wait() -> None:
    found = judgement("max-num-seqs-cap", REAL / "offline-small-kv-cache.log")
    assert found.status == "ruled out"
    assert "while others waited, the cap is 8" in found.summary


def test_counts_taken_between_bursts_are_not_the_load() -> None:
    """The server's lines came with 1, 0 and 0 running, and its client kept eight busy."""
    found = judgement("insufficient-concurrency", REAL / "server.log")
    assert found.status == "inconclusive"
    assert found.strength == "none"


def test_one_device_reduces_nothing() -> None:
    found = judgement("custom-allreduce-disabled", REAL / "throughput.log")
    assert found.status == "ruled out"


def test_a_cpu_has_no_graphs_to_switch_off() -> None:
    assert judgement("enforce-eager", REAL / "offline-small-kv-cache.log").status == "ruled out"
    assert judgement("enforce-eager", REAL / "throughput.log").status == "confirmed"


def test_the_warning_alone_is_a_suspicion() -> None:
    lines = (REAL / "throughput-other-lengths.log").read_text().splitlines()
    warned = next(line for line in lines if "UserWarning: Both --input-len" in line)
    judged = judge_all(CAUSES, Case(read(warned), None))
    assert judged[0].cause.id == "random-length-trap"
    assert judged[0].judgement.status == "inconclusive"


def test_a_latency_benchmark_gives_a_rate_by_arithmetic() -> None:
    rates = observed_rates(Case(read_file(REAL / "latency.pytorch.json"), None))
    assert [(rate.quantity, rate.per_s) for rate in rates] == [
        ("output tokens", round(4 * 16 / 0.1398972, 1))
    ]
    assert observed_rates(Case(read_file(REAL / "latency.json"), None)) == []


ASKED = "vllm bench throughput --model tiny --num-prompts 16 --input-len 64 --output-len 32"


@pytest.mark.parametrize("form", ["written", "printed"])
def test_the_command_asked_for_other_lengths_than_ran(form: str, tmp_path: Path) -> None:
    """16 requests, 16387 prompt and 2048 output tokens: 1024 and 128 each, where 64 and 32 were asked."""
    command = tmp_path / "run.sh"
    command.write_text(f"{ASKED}\n")
    if form == "written":
        evidence = read_files([REAL / "throughput-other-lengths.json", command])
    else:
        printed = (REAL / "throughput-other-lengths.log").read_text().splitlines()[-3:]
        evidence = read(f"```\n$ {ASKED}\n" + "\n".join(printed) + "\n```\n")
    judged = judge_all(CAUSES, Case(evidence, None))
    assert judged[0].cause.id == "random-length-trap"
    assert judged[0].judgement.status == "confirmed"
    assert "asked for 64 tokens in and 32 out; the run did 1024 and 128" in judged[0].judgement.summary
    assert [round(run.total_tokens or (run.prompt_tokens or 0) + 2048) for run in evidence.delivered] == [
        18435
    ]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("vllm-0.4.2-server.log", "max-num-seqs-cap"),
        ("vllm-0.6.3.post1-throughput.log", "kv-cache-limited-concurrency"),
        ("vllm-0.17.1-server.log", "kv-cache-limited-concurrency"),
    ],
)
def test_old_logs_speak_too(name: str, first: str) -> None:
    assert ranked(SAMPLES / "written" / name)[0] == first
