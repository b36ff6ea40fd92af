"""``qdoctor calibrate`` at the command line, with a stand-in for the engine's Python."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from doctor.cli import cli
from doctor.performance.calibration import job_for
from doctor.performance.kernel_tables import load_table
from tests.performance.models import QWEN25_05B
from tests.performance.test_calibration import CPU, answer


def test_a_calibration_is_written_and_told(tmp_path: Path) -> None:
    lines = [
        *answer(CPU, job_for(QWEN25_05B, cpu=True, budget_s=1)),
        {"kind": "skip", "what": "x", "why": "y"},
    ]
    steps = [
        {"kind": "step", "decodes": 1, "context": 42.0, "seconds": 2.0},
        {"kind": "step", "decodes": 16, "context": 672.0, "seconds": 3.5},
        {"kind": "skip", "what": "prompts", "why": "z"},
    ]
    for name, content in (("measure_kernels.py", lines), ("measure_engine.py", steps)):
        (tmp_path / name).write_text("\n".join(json.dumps(line) for line in content))
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\ncat >/dev/null\ncat {tmp_path}/"$(basename "$1")"\n')
    fake.chmod(0o755)
    target = tmp_path / "table.json"
    arguments = ["calibrate", "--cpu", "--model", "qwen2.5-0.5b-instruct"]
    arguments += ["--engine-python", str(fake), "--output", str(target)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "20 GEMMs measured" in result.output
    assert "skipped x: y" in result.output
    assert "skipped prompts: z" in result.output
    table = load_table(target)
    assert table.calibrated
    assert table.host is not None
    assert table.host.per_step_s > 1.0
    assert 0 < table.host.per_request_s < 0.1
