"""llm-d's Benchmark Report, version 0.2, one YAML document for each arm that has a valid run.

Its shape is that of the package ``llmd-benchmark-report`` 0.2.1, whose own records check it in a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import yaml

from doctor.reporting.export.latencies import latencies_of
from doctor.reporting.export.runs_csv import basis_of
from doctor.reporting.export.spread import spread
from doctor.schema.plan import Arm
from doctor.schema.report import Report
from doctor.schema.run import Run
from doctor.schema.setup import Setup

VERSION = "0.2"


def benchmark_reports(report: Report) -> dict[str, str]:
    """The documents by file name. Empty where nothing ran."""
    arms = report.plan.arms if report.plan else ()
    texts = {}
    for arm in arms:
        runs = [run for run in report.runs if run.arm == arm.id and run.status == "ok" and run.wall_s]
        if runs:
            document = _document(report, arm, runs)
            texts[f"benchmark-report-{arm.id}.yaml"] = yaml.safe_dump(
                document, sort_keys=False, allow_unicode=True
            )
    return texts


def _document(report: Report, arm: Arm, runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "run": _run(report, arm, runs),
        "scenario": {"stack": [_engine(arm, runs, report)], "load": _load(report, arm.setup)},
        "results": {
            "request_performance": {
                "aggregate": {
                    "requests": _requests(runs),
                    "latency": latencies_of(arm.setup.workload, runs),
                    "throughput": _throughput(runs),
                }
            }
        },
    }


def _run(report: Report, arm: Arm, runs: Sequence[Run]) -> dict[str, Any]:
    experiment = _id(report.provenance.created_at, report.reference.id, report.provenance.run_directory)
    what = (
        "on a replica, not the published setup" if basis_of(report) == "replica" else "on the published setup"
    )
    return {
        "uid": _id(experiment, arm.id),
        "eid": experiment,
        **({"time": time} if (time := _time(runs)) else {}),
        "description": f"{arm.title}: {len(runs)} runs {what}, against {report.reference.id}",
        "keywords": ["qdoctor", basis_of(report)],
    }


def _time(runs: Sequence[Run]) -> dict[str, str]:
    """When the timed regions began and ended, and how long they were together."""
    begun = sorted(
        (datetime.fromisoformat(run.started_at), run.wall_s or 0.0) for run in runs if run.started_at
    )
    if not begun:
        return {}
    ended = max(at + timedelta(seconds=wall) for at, wall in begun)
    return {
        "start": begun[0][0].isoformat(),
        "end": ended.isoformat(),
        "duration": f"PT{sum(wall for _, wall in begun):.3f}S",
    }


def _engine(arm: Arm, runs: Sequence[Run], report: Report) -> dict[str, Any]:
    facts = next((run.engine for run in runs if run.engine), None)
    settings = arm.setup.engine.model_dump(mode="json", exclude_none=True)
    args = {f"--{name.replace('_', '-')}": value for name, value in settings.items() if name != "extra"}
    args |= {f"--{name.replace('_', '-')}": value for name, value in settings.get("extra", {}).items()}
    name = arm.setup.model.name
    tensor_parallel = arm.setup.engine.tensor_parallel_size or 1
    return {
        "metadata": {
            "label": "vllm-0",
            "cfg_id": _id(arm.setup.engine.model_dump_json()),
            "description": "one engine; every repeat is a run of its own",
        },
        "standardized": {
            "kind": "inference_engine",
            "tool": "vllm",
            "tool_version": facts.vllm_version if facts else "unknown",
            "role": "replica",
            "replicas": 1,
            "model": {"name": f"{name} (qdoctor replica)" if basis_of(report) == "replica" else name},
            "accelerator": {
                "model": (facts.device_name or facts.device) if facts else "unknown",
                "count": tensor_parallel if report.environment.gpus else 0,
                "parallelism": {"tp": tensor_parallel},
            },
        },
        "native": {"args": args, "envars": dict(report.environment.engine_environment)},
    }


def _load(report: Report, setup: Setup) -> dict[str, Any]:
    workload = setup.workload
    standardized: dict[str, Any] = {
        "tool": "qdoctor",
        "tool_version": report.provenance.qdoctor_version,
        "source": "random",
        "input_seq_len": {"distribution": "fixed", "value": workload.input_len},
        "output_seq_len": {"distribution": "fixed", "value": workload.output_len},
        "concurrency": workload.max_concurrency or workload.num_prompts,
    }
    if workload.request_rate_per_s is not None:
        standardized["rate_qps"] = workload.request_rate_per_s
    config = {
        "workload": workload.model_dump(mode="json"),
        "sampling": setup.sampling.model_dump(mode="json"),
    }
    return {
        "metadata": {"cfg_id": _id(workload.model_dump_json(), setup.sampling.model_dump_json())},
        "standardized": standardized,
        "native": {"config": config},
    }


def _requests(runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "total": sum(len(run.output_tokens) for run in runs),
        "failures": 0,
        "input_length": spread([n for run in runs for n in run.prompt_tokens], "count"),
        "output_length": spread([n for run in runs for n in run.output_tokens], "count"),
    }


def _throughput(runs: Sequence[Run]) -> dict[str, Any]:
    """Over the runs: each is one measurement of the whole timed region."""
    walls = [(run, run.wall_s) for run in runs if run.wall_s]
    prompt = [sum(run.prompt_tokens) / wall for run, wall in walls]
    output = [sum(run.output_tokens) / wall for run, wall in walls]
    return {
        "input_token_rate": spread(prompt, "tokens/s"),
        "output_token_rate": spread(output, "tokens/s"),
        "total_token_rate": spread([p + o for p, o in zip(prompt, output, strict=True)], "tokens/s"),
        "request_rate": spread([len(run.output_tokens) / wall for run, wall in walls], "queries/s"),
    }


def _id(*parts: str) -> str:
    """A hash that is the same for the same content."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
