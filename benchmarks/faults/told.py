"""What qdoctor is given: the published figure, the user's figure, flags and program. No more."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.faults.catalogue import SOUND, spoilt
from benchmarks.faults.draw import Case
from benchmarks.faults.engine import busy
from benchmarks.faults.program import ENGINE, MODEL
from doctor.schema.report import Report

QDOCTOR = (sys.executable, "-c", "from doctor.cli import main; main()")


@dataclass(frozen=True)
class Told:
    """What a check said, and what it took."""

    report: Report
    took_s: float


def publication(case: Case, published: float) -> dict[str, object]:
    """A reference run as somebody would publish it: what the prompts were is left out."""
    total = any(one.place == "counting" for one in case.faults)
    per_request = SOUND["output_len"] + (SOUND["input_len"] if total else 0)
    requests_per_s = published / SOUND["output_len"]
    value = requests_per_s * per_request
    counts = "total" if total else "output"
    return {
        "id": "published",
        "title": "A small model on this machine",
        "citation": {"title": "Measured here", "url": "https://example.org", "published": "2026-01-01"},
        "hardware": {"accelerator": "CPU", "count": 1},
        "model": {"name": "small", "weights": "dummy", "architecture": MODEL},
        "software": {"engine": "vllm", "version": "0.32.0"},
        "workload": {
            "input_len": SOUND["input_len"],
            "output_len": SOUND["output_len"],
            "num_prompts": SOUND["num_prompts"],
            "max_concurrency": None,
        },
        "sampling": {"temperature": 1.0, "top_p": 1.0, "ignore_eos": True, "detokenize": False},
        "engine": {
            **{name: SOUND[name] for name in ENGINE},
            "block_size": 32,
            "enforce_eager": True,
            "dtype": "float32",
        },
        "figures": [
            {"name": "Throughput", "value": round(requests_per_s, 4), "unit": "requests/s"},
            {"name": "Throughput", "value": round(value, 2), "unit": "tokens/s", "counts": counts},
        ],
        "accounting": {
            "argument": f"It counts {counts} tokens.",
            "arithmetic": f"{requests_per_s:.4f} requests/s x {per_request} tokens = {value:.2f}",
            "source": "the program",
        },
        "left_out": [],
    }


def ask(case: Case, published: float, observed: float, program: Path, folder: Path, budget: str) -> Told:
    """Run `qdoctor check` as a user would, with what else keeps the machine busy."""
    reference = folder / "published.yaml"
    reference.write_text(yaml.safe_dump(publication(case, published), sort_keys=False))
    flags = [
        part
        for name, value in spoilt(case.faults, case.decoy).items()
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    run = folder / "run"
    command = [
        *QDOCTOR,
        "check",
        *("--reference", str(reference)),
        *("--observed", f"{observed:.2f}", "--observed-counts", "output"),
        *("--evidence", str(program)),
        *("--budget", budget, "--output", str(run)),
        *flags,
    ]
    (folder / "command.json").write_text(json.dumps(command))
    begun = time.monotonic()
    with busy(any(one.place == "machine" for one in case.faults)), (folder / "check.log").open("w") as log:
        subprocess.run(command, check=False, stdout=log, stderr=subprocess.STDOUT)
    took_s = time.monotonic() - begun
    return told(folder, took_s)


def judge_again(folder: Path, took_s: float) -> Told:
    """What the code of today makes of the runs that a check made before."""
    command = [*QDOCTOR, "diagnose", str(folder / "run")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return told(folder, took_s)


def told(folder: Path, took_s: float) -> Told:
    """The report that lies in the folder. Raises RuntimeError where there is none."""
    run = folder / "run"
    if not (run / "report.json").exists():
        message = f"qdoctor wrote no report; see {folder / 'check.log'}"
        raise RuntimeError(message)
    return Told(Report.model_validate_json((run / "report.json").read_bytes()), took_s)
