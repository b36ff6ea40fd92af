"""The log reader on a real log of 0.32.0's CPU build and on lines of older versions."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from doctor.evidence.engine_log import scan
from doctor.evidence.large_file import sift
from doctor.evidence.reading import read_file
from tests.evidence.reading_text import facts, read, settings

SAMPLE = Path(__file__).parent / "samples" / "vllm-0.32.0-cpu" / "offline-eager.log"

V0_6_3 = """\
INFO 10-28 11:16:30 llm_engine.py:237] Initializing an LLM engine (v0.6.3.post1) with config: \
model='meta-llama/Llama-3-8B', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1, \
quantization=None, enforce_eager=False, kv_cache_dtype=auto, seed=0)
INFO 10-28 11:16:31 gpu_executor.py:122] # GPU blocks: 28190, # CPU blocks: 2048
INFO 10-28 11:16:34 model_runner.py:1523] Graph capturing finished in 21 secs.
INFO 10-28 11:16:39 metrics.py:349] Avg prompt throughput: 0.0 tokens/s, Avg generation \
throughput: 7220.5 tokens/s, Running: 2 reqs, Swapped: 0 reqs, Pending: 98 reqs, GPU KV cache usage: \
73.8%, CPU KV cache usage: 0.0%.
INFO 10-28 11:16:39 metrics.py:365] Prefix cache hit rate: GPU: 91.98%, CPU: 0.00%
WARNING 10-28 11:16:44 scheduler.py:1439] Sequence group 0 is preempted by PreemptionMode.RECOMPUTE mode \
because there is not enough KV cache space. This can affect the end-to-end performance. Increase \
gpu_memory_utilization or tensor_parallel_size to provide more KV cache memory. \
total_num_cumulative_preemption=51
"""


def test_reads_what_a_real_engine_logged() -> None:
    evidence = read_file(SAMPLE)
    assert facts(evidence)["version"] == "0.32.0"
    assert facts(evidence)["kv_cache_tokens"] == 524288
    assert facts(evidence)["max_concurrency_at_model_len"] == 1024.0
    assert settings(evidence)["engine.enforce_eager"] is True
    assert settings(evidence)["engine.max_num_batched_tokens"] == 4096
    assert settings(evidence)["engine.enable_prefix_caching"] is True
    series = evidence.stats[0]
    assert (series.engine, series.generation, series.peak_running) == ("000", "V1", 64)
    assert series.points[0].output_tokens_per_s == 1126.6
    assert evidence.stats[0].points[0].line == next(
        number for number, line in enumerate(SAMPLE.read_text().splitlines(), 1) if "Engine 000" in line
    )


def test_reads_a_log_of_the_first_generation() -> None:
    evidence = read(V0_6_3)
    assert facts(evidence) == {"engine_generation": "V0", "version": "0.6.3.post1", "num_gpu_blocks": 28190}
    assert settings(evidence)["engine.max_model_len"] == 8192
    point = evidence.stats[0].points[0]
    assert (point.running, point.waiting) == (2, 98)
    assert point.kv_cache_usage == pytest.approx(0.738)
    assert point.prefix_hit_rate == pytest.approx(0.9198)
    preempted = next(signal for signal in evidence.signals if signal.id == "preempt_v0")
    assert preempted.values["n"] == "51"
    assert str(preempted.origin) == "sample.txt, line 6"


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param("\x1b[36m(APIServer pid=7)\x1b[0;0m {}", id="colours"),
        pytest.param("vllm-0 | {}", id="container"),
        pytest.param("[pod/vllm-0/vllm] {}", id="pod"),
        pytest.param('{{"log": "{}\\n", "stream": "stderr"}}', id="docker"),
        pytest.param('{{"levelname": "INFO", "message": "{}"}}', id="JSON"),
    ],
)
def test_prefixes_hide_nothing(wrap: str) -> None:
    line = (
        "INFO 07-28 06:40:59 [loggers.py:118] Engine 001: Avg prompt throughput: 6102.8 tokens/s, "
        "Avg generation throughput: 1221.7 tokens/s, Running: 259 reqs, Waiting: 535 reqs, "
        "GPU KV cache usage: 82.3%, Prefix cache hit rate: 32.2%"
    )
    series = read(wrap.format(line) + "\n" + wrap.format(line)).stats
    assert [(item.engine, item.lines, item.peak_waiting) for item in series] == [("001", 2, 535)]


def test_later_parts_of_the_statistics_line_may_come_and_go() -> None:
    line = (
        "Engine 000: Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 12.0 tokens/s, "
        "Running: 8 reqs, "
        "Waiting: 3 reqs, Deferred: 2 reqs, Preemptions: 14, GPU KV cache usage: 99.9%"
    )
    series = read(f"{line}\n{line}").stats[0]
    assert series.preemptions == 28
    assert series.points[0].prefix_hit_rate is None


def test_sifting_a_large_file_finds_what_a_full_search_finds() -> None:
    filler = 'INFO:     127.0.0.1:40118 - "POST /v1/completions HTTP/1.1" 200 OK\n' * 70_000
    text = filler + SAMPLE.read_text() + V0_6_3
    lines = text.splitlines()
    full, _ = scan("x", enumerate(lines, 1))
    assert sift("x", io.BytesIO(text.encode())) == full


def test_gzip_and_a_torn_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(V0_6_3.encode())
    (tmp_path / "a.log").write_bytes(packed)
    assert read_file(tmp_path / "a.log").stats[0].peak_waiting == 98
    (tmp_path / "b.log").write_bytes(packed[: len(packed) // 2])
    torn = read_file(tmp_path / "b.log")
    assert torn.unread[-1].why == "the gzip stream ends early or is damaged; what came before was read"
    assert torn.read  # and it was


def test_long_series_are_thinned_and_their_peaks_kept() -> None:
    line = (
        "Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: {r}.0 tokens/s, Running: {r} reqs, "
        "Waiting: 0 reqs, GPU KV cache usage: 1.0%"
    )
    series = read("\n".join(line.format(r=n) for n in range(9001))).stats[0]
    assert series.lines == 9001
    assert len(series.points) <= 4000
    assert series.peak_running == 9000


@pytest.mark.parametrize(
    ("bound", "most"), [("MOST_LINES", 30_000), ("MOST_BYTES", 6_000_000), ("MOST_LOOKED_AT", 30_000)]
)
def test_a_log_without_end_is_read_up_to_a_bound_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    line = (
        "INFO 01-01 00:00:00 [x.py:1] Engine 000: Avg prompt throughput: 10.0 tokens/s, Avg generation "
        "throughput: 5.0 tokens/s, Running: 3 reqs, Waiting: 0 reqs, GPU KV cache usage: 1.0%\n"
    )
    (tmp_path / "a.log").write_text(line * 60_000)  # 11 MB
    assert read_file(tmp_path / "a.log").unread == ()
    monkeypatch.setattr(f"doctor.evidence.large_file.{bound}", most)
    cut = read_file(tmp_path / "a.log")
    assert [note.why for note in cut.unread] == ["what comes after this line was not read"]
    assert cut.unread[0].origin.line == cut.stats[0].lines + 1 < 60_000
