"""Calibration: the job, the answer made into a table, and the worker itself where torch is."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from doctor.errors import EngineError
from doctor.performance.calibration import (
    engine_job_for,
    job_for,
    run_engine,
    run_worker,
    table_from,
    write_table,
)
from doctor.performance.kernel_tables import load_table
from doctor.performance.kernel_times import calibrated_times
from doctor.performance.predict import predict
from tests.performance import models
from tests.performance.setups import setup

H200 = {
    "kind": "device",
    "device": "cuda",
    "name": "NVIDIA H200",
    "memory_bytes": 150_000_000_000,
    "torch": "2.11.0",
}
CPU = H200 | {"device": "cpu", "name": "cpu, 2 threads", "memory_bytes": 16_000_000_000}


def answer(device: dict[str, Any], job: dict[str, Any]) -> list[dict[str, Any]]:
    """What a device of 1 TB/s and 100 TFLOPS would answer."""
    lines: list[dict[str, Any]] = [device, {"kind": "copy", "gb_s": 1000.0}]
    for s in job["gemm"]:
        for m in job["m"]:
            us = max(2e-6 * s["n"] * s["k"], 2e-8 * m * s["n"] * s["k"])
            lines.append({"kind": "gemm", "dtype": job["dtype"], **s, "m": m, "us": us})
    for p in job["decode"]:
        us = 10 + p["batch"] * p["context"] * 0.004
        lines += [{"kind": "decode", "through": "a test", "us": us, **p}]
    lines += [{"kind": "prefill", "us": 10 + p["tokens"] ** 2 * 1e-4, **p} for p in job["prefill"]]
    lines.append({"kind": "host", "per_step_s": 5e-5, "per_request_s": 1e-5})
    return lines


def test_the_job_names_the_matrices_of_the_model() -> None:
    job = job_for(models.QWEN15_7B, cpu=False, budget_s=50)
    assert {"n": 12288, "k": 4096} in job["gemm"]
    assert {"n": 151936, "k": 4096} in job["gemm"]
    assert job["m"] == [1, 64, 256, 2048]
    assert {"heads": 32, "kv_heads": 32, "head_dim": 128, "batch": 1, "context": 1500} in job["decode"]


def test_an_answer_becomes_a_table_that_predictions_take(tmp_path: Path) -> None:
    job = job_for(models.QWEN3_8B, cpu=False, budget_s=50)
    table = table_from(answer(H200, job), job["dtype"])
    assert table.gpu == "h200"
    assert table.roofline.bandwidth_gb_s == 4800
    write_table(table, tmp_path / "here" / "table.json")
    assert load_table(tmp_path / "here" / "table.json") == table
    p = predict(setup(models.QWEN3_8B, 200, 50, 20), "h200", calibration=table)
    assert p.kernel_basis == "calibration"
    assert p.memory is not None
    assert p.memory.total == 150_000_000_000


def test_measured_points_come_out_of_a_calibration() -> None:
    job = job_for(models.QWEN3_8B, cpu=False, budget_s=50)
    times = calibrated_times(table_from(answer(H200, job), "bfloat16"))
    got = times.gemm(6144, 4096, [1, 64, 2048], dtype="bfloat16", weight_bytes=2.0)
    expected = [max(2e-6, 2e-8 * m) * 6144 * 4096 * 1e-6 for m in (1, 64, 2048)]
    assert list(got) == pytest.approx(expected)


def test_a_cpu_is_its_own_device() -> None:
    job = job_for(models.QWEN25_05B, cpu=True, budget_s=50)
    table = table_from(answer(CPU, job), job["dtype"])
    assert table.gpu == "cpu"
    p = predict(setup(models.QWEN25_05B, 64, 16, 8), calibration=table)
    assert (p.device, p.settings["block_size"]) == ("cpu", 128)


def test_points_that_were_skipped_leave_holes_not_crashes() -> None:
    job = job_for(models.QWEN25_05B, cpu=True, budget_s=50)
    kept = [line for line in answer(CPU, job) if line["kind"] not in ("prefill", "host", "copy")]
    kept = [line for line in kept if not (line["kind"] == "gemm" and line["m"] == 64 and line["n"] == 896)]
    table = table_from(kept, job["dtype"])
    assert predict(setup(models.QWEN25_05B, 64, 16, 8), calibration=table).rates.requests_per_s > 0


def test_without_gemms_there_is_no_table() -> None:
    with pytest.raises(EngineError, match="No GEMM"):
        table_from([CPU], "bfloat16")


def test_a_python_that_is_none_is_named() -> None:
    with pytest.raises(EngineError, match="--engine-python"):
        run_worker("/no/such/python", {"budget_s": 1})


def test_a_python_without_torch_is_told(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\ncat >/dev/null\necho \'{"kind": "error", "what": "no torch"}\'\n')
    fake.chmod(0o755)
    with pytest.raises(EngineError, match="no torch"):
        run_worker(str(fake), {"budget_s": 1})


@pytest.mark.engine
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed here")
def test_the_worker_measures_this_cpu() -> None:
    job = job_for(models.QWEN25_05B, cpu=True, budget_s=60)
    job["gemm"] = job["gemm"][:2]
    told: list[str] = []
    table = table_from(run_worker(sys.executable, job, told.append), job["dtype"])
    assert [(s.n, s.k) for s in table.gemm["bfloat16"].shapes] == [(896, 896), (1152, 896)]
    assert len(table.prefill_attention[0].tokens) == 3
    assert json.loads(table.model_dump_json())["calibrated"]


@pytest.mark.engine
@pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed here")
def test_the_engine_is_stepped_on_this_cpu() -> None:
    tiny = models.QWEN25_05B.model_copy(
        update={
            "architectures": ("Qwen2ForCausalLM",),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 32,
            "vocab_size": 512,
        }
    )
    told: list[str] = []
    lines = run_engine(sys.executable, engine_job_for(tiny, "float32"), told.append)
    assert told == []
    steps = {line["decodes"]: line["seconds"] for line in lines if line["kind"] == "step"}
    prompts = {line["tokens"]: line["seconds"] for line in lines if line["kind"] == "prompt"}
    assert set(steps) == {1, 8, 16}
    assert set(prompts) == {64, 256}
    assert all(seconds > 0 for seconds in (*steps.values(), *prompts.values()))
