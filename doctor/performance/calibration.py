"""Calibrate this machine: run the worker under the engine's Python, make a kernel table of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from doctor.errors import EngineError, UsageError
from doctor.performance.architecture import shape_of
from doctor.performance.case import prepare
from doctor.performance.gpus import Gpu, find_gpu
from doctor.performance.host_fit import fit_host
from doctor.performance.kernel_tables import (
    DecodeCurves,
    GemmCurves,
    GemmShape,
    HostCost,
    KernelTable,
    PrefillCurve,
    Roofline,
)
from doctor.performance.memory import model_dtype
from doctor.schema.setup import Architecture, EngineSettings, Model, Setup, Workload

FOLDER = Path(__file__).parent / "worker"
KERNELS, ENGINE = FOLDER / "measure_kernels.py", FOLDER / "measure_engine.py"
_GPU_ROWS = (1, 64, 256, 2048)
_CPU_ROWS = (1, 8, 64, 256)
_START_S = 120.0
"""Time beyond the budget for importing torch and vLLM, and for the last point."""
_ENGINE_PROMPT, _ENGINE_STEPS = 32, 20
_ENGINE_BATCHES, _ENGINE_PROMPTS = (1, 8, 16), (64, 256)

Line = Mapping[str, Any]
Tell = Callable[[str], None]


def job_for(
    architecture: Architecture, *, cpu: bool, budget_s: float, context: int = 1500, dtype: str | None = None
) -> dict[str, Any]:
    """The points that matter for a model: its GEMMs, decode attention around ``context``, prefill."""
    shape = shape_of(architecture)
    heads = {
        "heads": architecture.num_attention_heads,
        "kv_heads": architecture.num_key_value_heads,
        "head_dim": architecture.head_size,
    }
    batches, contexts = (
        ((1, 8), (128, 512)) if cpu else ((1, 8, 32, 128), (context // 3, context, 2 * context))
    )
    tokens = (64, 256, 512) if cpu else (256, 1024, 2048, 4096)
    matrices = (*shape.attention, *shape.dense, shape.lm_head)
    return {
        "device": "cpu" if cpu else "auto",
        "dtype": model_dtype(architecture, dtype),
        "budget_s": budget_s,
        "m": list(_CPU_ROWS if cpu else _GPU_ROWS),
        "gemm": [{"n": m.outputs, "k": m.inputs} for m in matrices],
        "decode": [{**heads, "batch": b, "context": c} for b in batches for c in contexts],
        "prefill": [{**heads, "tokens": n} for n in tokens],
    }


def engine_job_for(architecture: Architecture, dtype: str) -> dict[str, Any]:
    """Whole steps of a CPU engine with this model: decoding at a few batches, and prompts alone."""
    figures = architecture.model_dump(exclude={"extra"}, exclude_none=True)
    config = {**figures, "hidden_act": "silu", "rms_norm_eps": 1e-6, **architecture.extra}
    return {
        "config": {**config, "architectures": list(architecture.architectures)},
        "dtype": dtype,
        "max_model_len": min(512, architecture.max_position_embeddings),
        "batches": list(_ENGINE_BATCHES),
        "prompt": _ENGINE_PROMPT,
        "steps": _ENGINE_STEPS,
        "prompts": list(_ENGINE_PROMPTS),
        "budget_s": 60.0,
        "environment": {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"},
    }


def run_worker(engine_python: str, job: Mapping[str, Any], tell: Tell | None = None) -> list[Line]:
    """Run the kernels' worker under that Python; its answer, line by line."""
    lines = _answers(engine_python, KERNELS, job, tell)
    if not any(line["kind"] == "device" for line in lines):
        raise _without_measurement(engine_python, "it named no device")
    return lines


def run_engine(engine_python: str, job: Mapping[str, Any], tell: Tell | None = None) -> list[Line]:
    """Run the engine's worker under that Python; where it fails it is told, and nothing comes back."""
    return _answers(engine_python, ENGINE, job, tell)


def _answers(engine_python: str, worker: Path, job: Mapping[str, Any], tell: Tell | None) -> list[Line]:
    try:
        done = subprocess.run(
            [engine_python, str(worker)],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=float(job["budget_s"]) + _START_S,
            check=False,
            env=_surroundings(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(
            f"The calibration did not run: {error}",
            where=engine_python,
            next_step="Give the Python of your vLLM with --engine-python",
        ) from error
    lines: list[Line] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    failed = next((line["what"] for line in lines if line["kind"] == "error"), None)
    if failed or not lines:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise _without_measurement(engine_python, failed or last)
    for line in lines:
        if tell and line["kind"] == "skip":
            tell(f"skipped {line['what']}: {line['why']}")
    return lines


def _surroundings() -> dict[str, str]:
    """As `qdoctor check` starts an engine without a GPU: one core is left to the rest of the machine."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {"OMP_NUM_THREADS": str(max(1, usable - 1)), **os.environ}


def _without_measurement(engine_python: str, why: str) -> EngineError:
    return EngineError(
        f"The calibration gave no measurement: {why}",
        where=engine_python,
        next_step="Give a Python that has torch with --engine-python",
    )


def table_from(lines: Sequence[Line], dtype: str) -> KernelTable:
    """The worker's answer as a kernel table, in the format of the shipped ones."""
    device = next(line for line in lines if line["kind"] == "device")
    gpu_id, gpu = _known_gpu(device)
    host = next((line for line in lines if line["kind"] == "host"), None)
    through = sorted({str(line["through"]) for line in lines if line["kind"] == "decode"})
    gemm = _gemm(lines)
    if not gemm:
        raise EngineError(
            "No GEMM was measured in the time given",
            where=str(device["name"]),
            next_step="Give more time with --budget",
        )
    return KernelTable(
        format=1,
        gpu=gpu_id,
        device=str(device["name"]),
        engine=f"torch {device['torch']}",
        source="measured by qdoctor calibrate; decode attention through " + (", ".join(through) or "nothing"),
        roofline=_roofline(lines, dtype, gpu),
        gemm={dtype: gemm},
        decode_attention=_decode(lines),
        prefill_attention=_prefill(lines),
        host=HostCost(
            per_step_s=host["per_step_s"],
            per_request_s=host["per_request_s"],
            source="vLLM's scheduler without a model",
        )
        if host
        else None,
        memory_bytes=int(device["memory_bytes"]),
        calibrated=True,
    )


def with_host(
    table: KernelTable, lines: Sequence[Line], architecture: Architecture, dtype: str
) -> KernelTable:
    """The table with the host's cost from whole steps of the engine, where they were measured."""
    silent = table.model_copy(update={"host": None})
    setup = Setup(
        model=Model(name=architecture.model_type, architecture=architecture),
        workload=Workload(input_len=_ENGINE_PROMPT, output_len=_ENGINE_STEPS, num_prompts=1),
        engine=EngineSettings(dtype=dtype),
    )
    host = fit_host(prepare(setup, calibration=silent), lines)
    return table.model_copy(update={"host": host}) if host else table


def write_table(table: KernelTable, path: Path) -> None:
    """Write the table; readable by ``load_table``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table.model_dump_json(indent=1) + "\n")


def _known_gpu(device: Line) -> tuple[str, Gpu | None]:
    if device["device"] == "cpu":
        return "cpu", None
    try:
        return find_gpu(str(device["name"]))
    except UsageError:
        return "unknown", None


def _roofline(lines: Sequence[Line], dtype: str, gpu: Gpu | None) -> Roofline:
    """The data sheet's peaks; where it is unknown, the best that was measured."""
    if gpu is not None:
        tflops = {"bfloat16": gpu.bf16_tflops.value}
        if gpu.fp8_tflops:
            tflops["fp8"] = gpu.fp8_tflops.value
        tflops.setdefault(dtype, gpu.bf16_tflops.value)
        return Roofline(bandwidth_gb_s=gpu.bandwidth_gb_s.value, tflops=tflops)
    element = 4 if dtype == "float32" else 2
    gemms = [line for line in lines if line["kind"] == "gemm"]
    flops = max(2e-6 * g["m"] * g["n"] * g["k"] / g["us"] for g in gemms)
    copies = [line["gb_s"] for line in lines if line["kind"] == "copy"]
    streams = [g["n"] * g["k"] * element / g["us"] / 1e3 for g in gemms if g["m"] == 1]
    return Roofline(bandwidth_gb_s=max([*copies, *streams]), tflops={dtype: flops})


def _gemm(lines: Sequence[Line]) -> GemmCurves | None:
    points = {(g["n"], g["k"], g["m"]): float(g["us"]) for g in lines if g["kind"] == "gemm"}
    rows = sorted({m for _, _, m in points})
    shapes = sorted({(n, k) for n, k, _ in points})
    if not shapes:
        return None
    return GemmCurves(
        m=tuple(rows),
        shapes=tuple(GemmShape(n=n, k=k, us=tuple(points.get((n, k, m)) for m in rows)) for n, k in shapes),
    )


def _decode(lines: Sequence[Line]) -> tuple[DecodeCurves, ...]:
    found = [line for line in lines if line["kind"] == "decode"]
    if not found:
        return ()
    points = {(line["batch"], line["context"]): float(line["us"]) for line in found}
    contexts = sorted({c for _, c in points})
    batches = sorted({b for b, _ in points if (b, contexts[0]) in points})
    one = found[0]
    curves = DecodeCurves(
        heads=one["heads"],
        kv_heads=one["kv_heads"],
        head_dim=one["head_dim"],
        batch=tuple(batches),
        context=tuple(contexts),
        us=tuple(tuple(points.get((b, c)) for c in contexts) for b in batches),
    )
    return (curves,)


def _prefill(lines: Sequence[Line]) -> tuple[PrefillCurve, ...]:
    found = sorted(
        (line for line in lines if line["kind"] == "prefill"), key=lambda line: int(line["tokens"])
    )
    if not found:
        return ()
    one = found[0]
    curve = PrefillCurve(
        heads=one["heads"],
        kv_heads=one["kv_heads"],
        head_dim=one["head_dim"],
        tokens=tuple(line["tokens"] for line in found),
        us=tuple(line["us"] for line in found),
    )
    return (curve,)
