"""Every reader of vLLM's own output on what vLLM 0.32.0 really wrote; see samples/README.md.

The same run was written in several forms: what two readers say of it has to agree.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from doctor.evidence.reading import read_file, read_files
from doctor.schema.evidence import Evidence
from tests.evidence.reading_text import facts, settings

REAL = Path(__file__).parent / "samples" / "vllm-0.32.0-cpu"


def of(name: str) -> Evidence:
    return read_file(REAL / name)


def raw(name: str) -> dict[str, float]:
    data: dict[str, float] = json.loads((REAL / name).read_text())
    return data


def rates(evidence: Evidence) -> dict[str, float]:
    return {rate.quantity: rate.per_s for rate in evidence.rates}


@pytest.mark.parametrize("path", sorted(REAL.iterdir()), ids=lambda path: path.name)
def test_every_sample_is_read_and_nobody_speaks_in_it(path: Path) -> None:
    evidence = read_file(path)
    assert evidence.read
    assert not evidence.unread
    assert not [signal for signal in evidence.signals if signal.weight == "statement"]
    assert not [rate for rate in evidence.rates if rate.weight == "statement"]
    assert not [fact for fact in evidence.script if fact.path == "command"]


@pytest.mark.parametrize("name", ["throughput", "throughput-other-lengths"])
def test_throughput_printed_and_written_agree(name: str) -> None:
    printed, written = of(f"{name}.log"), of(f"{name}.json")
    assert rates(printed)["total tokens"] == pytest.approx(rates(written)["total tokens"], abs=0.01)
    assert rates(printed)["requests"] == pytest.approx(rates(written)["requests"], abs=0.01)
    run = printed.delivered[0]
    assert run.requests == written.delivered[0].requests
    assert (run.prompt_tokens or 0) + (run.output_tokens or 0) == written.delivered[0].total_tokens
    assert run.wall_s == pytest.approx(raw(f"{name}.json")["elapsed_time"], rel=0.001)


def test_throughputs_twin_brings_the_arguments() -> None:
    twin, written = of("throughput.pytorch.json"), of("throughput.json")
    assert rates(twin) == rates(written)
    assert twin.delivered[0].total_tokens == 24 * (64 + 32)
    found = settings(twin)
    assert (found["workload.input_len"], found["workload.output_len"]) == (64, 32)
    assert found["engine.enforce_eager"] is True
    assert "sampling.extra.seed" not in found


def test_lengths_that_were_given_and_not_used_are_warned_of() -> None:
    evidence = of("throughput-other-lengths.log")
    run = evidence.delivered[0]
    assert (run.requests, run.prompt_tokens, run.output_tokens) == (16, 16387, 2048)
    assert any(signal.id == "random_length_preferred" for signal in evidence.signals)
    assert not any(signal.id == "random_length_preferred" for signal in of("throughput.log").signals)


def test_latency_in_three_forms() -> None:
    seconds = raw("latency.json")["avg_latency"]
    for name in ("latency.json", "latency.pytorch.json", "latency.log"):
        run = of(name).delivered[0]
        assert run.tool == "vllm bench latency"
        assert run.wall_s == pytest.approx(seconds)
    found = settings(of("latency.pytorch.json"))
    assert (found["client.batch_size"], found["workload.output_len"]) == (4, 16)


def test_serve_printed_and_written_agree() -> None:
    printed, written = of("serve.log"), of("serve.json")
    assert len(printed.delivered) == 1
    for quantity in ("requests", "output tokens", "total tokens"):
        assert rates(printed)[quantity] == pytest.approx(rates(written)[quantity], abs=0.006)
    one, other = printed.delivered[0], written.delivered[0]
    for name in (
        "requests",
        "failed",
        "prompt_tokens",
        "output_tokens",
        "max_concurrency",
        "peak_concurrency",
    ):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("wall_s", "mean_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "mean_itl_ms", "p99_itl_ms"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=0.006), name


def test_the_client_prints_what_it_runs_with() -> None:
    found = settings(of("serve.log"))
    assert (found["workload.input_len"], found["workload.output_len"]) == (128, 64)
    assert (found["workload.max_concurrency"], found["workload.request_rate_per_s"]) == (4, 2.0)
    assert found["sampling.ignore_eos"] is True
    assert found["client.dataset_name"] == "random"
    assert "sampling.temperature" not in found


def test_details_tell_the_shortest_and_the_longest_answer() -> None:
    run = of("serve-detailed.json").delivered[0]
    lens = json.loads((REAL / "serve-detailed.json").read_text())["output_lens"]
    assert (run.output_lens_min, run.output_lens_max) == (min(lens), max(lens))


def test_two_readings_of_the_metrics_page_agree_with_the_client(tmp_path: Path) -> None:
    """Between them the client of serve.json ran, and nothing else."""
    pages = []
    for number, at in ((1, 1_000_000.0), (2, 1_000_025.5)):
        page = Path(shutil.copy(REAL / f"metrics-{number}.txt", tmp_path))
        os.utime(page, (at, at))
        pages.append(page)
    evidence = read_files(pages)
    run, client = evidence.delivered[0], of("serve.json").delivered[0]
    assert len(evidence.delivered) == 1
    assert (run.requests, run.prompt_tokens, run.output_tokens) == (24, 3076, 1536)
    assert (client.requests, client.prompt_tokens, client.output_tokens) == (24, 3076, 1536)
    assert run.mean_itl_ms == pytest.approx(client.mean_itl_ms, rel=0.01)
    assert run.mean_ttft_ms is not None
    assert client.mean_ttft_ms is not None
    assert 0 < run.mean_ttft_ms < client.mean_ttft_ms
    assert rates(evidence)["output tokens"] == pytest.approx(1536 / 25.5)
    assert facts(evidence)["mean_batch"] == pytest.approx(1536 / 1024, rel=0.5)


def test_two_readings_without_times_are_said_to_lack_them(tmp_path: Path) -> None:
    pages = [Path(shutil.copy(REAL / f"metrics-{number}.txt", tmp_path)) for number in (1, 2)]
    for page in pages:
        os.utime(page, (1_000_000.0, 1_000_000.0))
    evidence = read_files(pages)
    assert not evidence.rates
    assert "how far apart" in evidence.unread[0].why


def test_a_page_of_a_restarted_server_is_no_second_reading(tmp_path: Path) -> None:
    """The later page counts fewer preemptions: it is of another life of the server."""
    first, second = (Path(shutil.copy(REAL / f"metrics-{number}.txt", tmp_path)) for number in (1, 2))
    text = first.read_text().replace("vllm:num_preemptions_total{", 'vllm:num_preemptions_total{x="y",', 1)
    first.write_text(text.replace('x="y",engine="0",model_name="tiny"} 0.0', 'engine="0"} 7.0'))
    os.utime(first, (1_000_000.0, 1_000_000.0))
    os.utime(second, (1_000_020.0, 1_000_020.0))
    assert not read_files([first, second]).rates


def test_a_sweeps_summaries() -> None:
    table, one = of("sweep-summary.csv"), of("sweep-summary.json")
    output = [rate.per_s for rate in table.rates if rate.quantity == "output tokens"]
    assert output == sorted(output, reverse=True)
    assert len(output) == 4
    assert settings(table)["engine.max_num_seqs"] == 8
    assert {fact.value for fact in table.settings if fact.path == "engine.max_num_seqs"} == {2, 8}
    assert {rate.per_s for rate in one.rates} <= {rate.per_s for rate in table.rates}


def test_a_json_formatter_hides_nothing() -> None:
    plain, formatted = of("throughput.log"), of("throughput-json-formatter.log")
    for name in ("version", "kv_cache_tokens", "max_concurrency_at_model_len"):
        assert facts(formatted)[name] == facts(plain)[name]
    assert settings(formatted)["engine.max_num_batched_tokens"] == 4096


def test_a_full_cache_shows_in_the_statistics_lines() -> None:
    series = of("offline-small-kv-cache.log").stats[0]
    assert facts(of("offline-small-kv-cache.log"))["kv_cache_tokens"] == 12 * 128
    assert series.peak_kv_cache_usage == 1.0
    assert (series.peak_running, series.peak_waiting) == (8, 9)


def test_statistics_lines_behind_a_progress_bar_are_found() -> None:
    evidence = of("offline-identical-prompts.log")
    text = (REAL / "offline-identical-prompts.log").read_text()
    assert evidence.stats[0].lines == text.count("Avg generation throughput")
    assert rates(evidence)["output tokens"] == pytest.approx(331.32)
    assert evidence.stats[0].points[-1].prefix_hit_rate == pytest.approx(0.93)


@pytest.mark.parametrize("name", ["server.log", "throughput.log", "offline-small-kv-cache.log"])
def test_packed_it_reads_the_same(name: str, tmp_path: Path) -> None:
    packed = tmp_path / name
    packed.write_bytes(gzip.compress((REAL / name).read_bytes()))
    assert read_file(packed) == of(name)
