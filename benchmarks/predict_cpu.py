"""How near predictions come on this machine's own CPU engine, after `qdoctor calibrate`.

python -m benchmarks.predict_cpu [--write docs/accuracy-predict.md]

Calibrates, runs fifteen workloads with five engine settings on vLLM's CPU engine, three times
each, and holds them against their predictions. Five to ten minutes on two slow cores.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.document import write_section
from doctor.performance.calibration import (
    engine_job_for,
    job_for,
    run_engine,
    run_worker,
    table_from,
    with_host,
)
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.predict import predict
from doctor.schema.setup import Architecture, EngineSettings, Model, Sampling, Setup, Workload

REPEATS = 3
DTYPE = "float32"
MODEL = Architecture(
    architectures=("Qwen2ForCausalLM",),
    model_type="qwen2",
    hidden_size=512,
    intermediate_size=1536,
    num_hidden_layers=8,
    num_attention_heads=8,
    num_key_value_heads=4,
    vocab_size=8192,
    max_position_embeddings=2048,
    torch_dtype=DTYPE,
)
"""34 million parameters: a few milliseconds of kernels per step, beside as much of Python."""


class Work(NamedTuple):
    """One workload."""

    id: str
    input_len: int
    output_len: int
    num_prompts: int
    max_concurrency: int | None = None
    identical: bool = False
    temperature: float = 1.0


BASE: dict[str, Any] = {
    "dtype": DTYPE,
    "max_model_len": 512,
    "max_num_seqs": 16,
    "max_num_batched_tokens": 512,
    "block_size": 32,
    "enable_prefix_caching": False,
    "kv_cache_memory_bytes": 2**29,
}
ENGINES: tuple[tuple[dict[str, Any], tuple[Work, ...]], ...] = (
    (
        BASE,
        (
            Work("one request, 32/64", 32, 64, 1),
            Work("one request, 256/64", 256, 64, 1),
            Work("four at once, 64/64", 64, 64, 4),
            Work("sixteen at once, 16/64", 16, 64, 16),
            Work("sixteen at once, 128/32", 128, 32, 16),
            Work("prompts of 384, 384/8", 384, 8, 8),
            Work("half and half, 200/24", 200, 24, 12),
            Work("a client of eight, 64/48", 64, 48, 24, max_concurrency=8),
            Work("a client of two, 64/48", 64, 48, 8, max_concurrency=2),
            Work("greedy, 64/64", 64, 64, 16, temperature=0.0),
        ),
    ),
    (BASE | {"max_num_seqs": 4}, (Work("four seats for sixteen, 64/48", 64, 48, 16),)),
    (
        BASE | {"num_gpu_blocks_override": 25},
        (Work("KV memory for four, 96/96", 96, 96, 12), Work("KV memory for two, 288/64", 288, 64, 6)),
    ),
    (BASE | {"max_num_batched_tokens": 64}, (Work("a token budget of 64, 256/24", 256, 24, 8),)),
    (
        BASE | {"enable_prefix_caching": True},
        (Work("identical prompts, 256/24", 256, 24, 16, identical=True),),
    ),
)


def calibrated() -> KernelTable:
    """As `qdoctor calibrate --cpu` does it."""
    lines = run_worker(sys.executable, job_for(MODEL, cpu=True, budget_s=120.0, dtype=DTYPE), print)
    table = table_from(lines, DTYPE)
    return with_host(table, run_engine(sys.executable, engine_job_for(MODEL, DTYPE), print), MODEL, DTYPE)


def setup_of(settings: Mapping[str, Any], work: Work) -> Setup:
    """The setup of one workload on one engine."""
    return Setup(
        model=Model(name="eight layers of 512", architecture=MODEL, weights="dummy"),
        workload=Workload(
            input_len=work.input_len,
            output_len=work.output_len,
            num_prompts=work.num_prompts,
            max_concurrency=work.max_concurrency,
            prompts="identical" if work.identical else "distinct",
        ),
        sampling=Sampling(temperature=work.temperature),
        engine=EngineSettings(**settings),
    )


def measured() -> dict[str, list[float]]:
    """Seconds of every run, by workload: CPU time of the engine's one thread."""
    config = engine_job_for(MODEL, DTYPE)["config"]
    job = {
        "config": config,
        "repeats": REPEATS,
        "engines": [[settings, [work._asdict() for work in works]] for settings, works in ENGINES],
        "environment": {
            "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
            "VLLM_LOGGING_LEVEL": "ERROR",
            "HF_HUB_OFFLINE": "1",
            "VLLM_NO_USAGE_STATS": "1",
        },
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("cpu_engine.py"))],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, list[float]] = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found.setdefault(row["id"], []).append(row["cpu_s"])
    return found


def table(kernels: KernelTable, seconds: Mapping[str, Sequence[float]]) -> list[str]:
    """The workloads as Markdown, and how many lie within noise."""
    lines = [
        "| workload, prompt/output tokens | output tok/s, best of three | repeats differ by"
        " | predicted (95 %) | error | within noise |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    errors, held = [], 0
    for settings, works in ENGINES:
        for work in works:
            tokens = work.output_len * work.num_prompts
            rates = [tokens / s for s in seconds[work.id]]
            best = max(rates)
            spread = max(rates) / min(rates) - 1
            found = predict(setup_of(settings, work), calibration=kernels).output_tokens_per_s
            assert found.low is not None
            assert found.high is not None
            inside = found.low <= best and min(rates) <= found.high
            held += inside
            errors.append(found.estimate / best - 1)
            lines.append(
                f"| {work.id} | {best:.0f} | {spread:.0%} | {found.estimate:.0f} ({found.low:.0f} to"
                f" {found.high:.0f}) | {errors[-1]:+.0%} | {'yes' if inside else '**no**'} |"
            )
    typical = math.sqrt(sum(e * e for e in errors) / len(errors))
    largest = max(errors, key=abs)
    lines.append(
        f"\n{held} of {len(errors)} within noise (the interval reaches into the range of the repeats);"
        f" errors of {typical:.0%} (root mean square),"
        f" the largest {largest:+.0%}."
    )
    return lines


def heading(kernels: KernelTable) -> str:
    """Machine, versions and day."""
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    busy = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, one thread for the engine; {kernels.engine}; {day};"
        f" load of the machine {busy:.1f} at the end. Times are CPU seconds of that thread."
    )


def main() -> None:
    """Print the table, or put it between its marks in a document."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    kernels = calibrated()
    seconds = measured()
    text = "\n".join([heading(kernels), "", *table(kernels, seconds)])
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        write_section(Path(sys.argv[2]), "cpu", f"\n{text}\n")
    print(text)


if __name__ == "__main__":
    main()
