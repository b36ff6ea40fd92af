"""``qdoctor predict`` at the command line."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from doctor.cli import cli
from doctor.errors import UsageError
from doctor.schema.prediction import Advice, Prediction
from doctor.schema.setup import Hardware, Model, Setup, Software, Workload
from tests.performance.models import QWEN15_7B

CASE = [
    "predict",
    "--model",
    "qwen1.5-7b-chat",
    "--input-len",
    "100",
    "--output-len",
    "20",
    "--num-prompts",
    "30",
]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_all_three_rates_are_shown_with_intervals() -> None:
    text = run(*CASE, "--gpu", "a100")
    for unit in ("requests/s", "output tokens/s", "total tokens/s"):
        assert unit in text
    for part in ("What binds", "Running", "KV cache", "Where a step's", "<- knee", "A100-SXM4-80GB"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_json_is_the_record() -> None:
    p = Prediction.model_validate_json(
        run(*CASE, "--gpu", "a100", "--json", "--max-num-seqs", "8", "--enforce-eager")
    )
    assert p.settings["max_num_seqs"] == 8
    assert p.settings["enforce_eager"] is True
    assert p.peak_running == 8


def test_a_comparison_has_a_line_per_gpu() -> None:
    text = run(*CASE, "--gpu", "a100", "--compare", "h200", "l40s", "--compare", "a100-sxm")
    assert [line.split()[0] for line in text.splitlines()[2:-1]] == ["a100-sxm-80g", "h200", "l40s"]
    rows = json.loads(run(*CASE, "--compare", "h200", "l40s", "--json"))
    assert [row["device"] for row in rows] == ["h200", "l40s"]


def test_a_gpu_that_is_too_small_is_a_row_of_the_comparison() -> None:
    rows = json.loads(run(*CASE, "--compare", "t4", "h200", "--json"))
    assert "no room" in rows[0]["why"]
    assert rows[1]["basis"] == "predicted"
    assert "no room" in run(*CASE, "--compare", "t4", "h200")


def test_advice_walks_five_steps() -> None:
    text = run(*CASE, "--gpu", "h200", "--advise", "--max-tpot-ms", "50")
    assert [line[0] for line in text.splitlines() if line[:1].isdigit()] == ["1", "2", "3", "4", "5"]
    found = Advice.model_validate_json(
        run(*CASE, "--gpu", "h200", "--advise", "--max-ttft-ms", "80", "--json")
    )
    assert found.max_ttft_s == 0.08
    assert found.operating_point is not None
    assert found.operating_point.mean_ttft_s <= 0.08


def test_sampling_and_engine_flags_reach_the_model() -> None:
    plain = json.loads(run(*CASE, "--gpu", "a100", "--vllm-version", "0.11.2", "--json"))
    nucleus = json.loads(run(*CASE, "--gpu", "a100", "--vllm-version", "0.11.2", "--top-p", "0.9", "--json"))
    assert nucleus["rates"]["requests_per_s"] < plain["rates"]["requests_per_s"]


def test_a_configuration_file_is_a_model(tmp_path: Path) -> None:
    config = QWEN15_7B.model_dump(exclude={"extra"}) | {"rope_scaling": {"type": "none"}, "rope_theta": 1e6}
    (tmp_path / "config.json").write_text(json.dumps(config))
    lengths = ["--input-len", "100", "--output-len", "20", "--num-prompts", "30"]
    here = run("predict", "--model", str(tmp_path), *lengths, "--gpu", "a100", "--json")
    assert json.loads(here)["rates"] == json.loads(run(*CASE, "--gpu", "a100", "--json"))["rates"]


def test_a_reference_run_brings_its_setup_and_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = Setup(
        model=Model(name="m", architecture=QWEN15_7B),
        hardware=Hardware(accelerator="A100", memory_gb=80),
        software=Software(),
        workload=Workload(input_len=50, output_len=10, num_prompts=20),
    )
    module: Any = types.ModuleType("doctor.references")
    module.load_reference = lambda reference_id: reference_id
    module.reference_setup = lambda reference: setup
    monkeypatch.setitem(sys.modules, "doctor.references", module)
    found = json.loads(
        run("predict", "--reference", "some", "--json", "--vllm-version", "0.11.0", "--num-prompts", "5")
    )
    assert found["device"] == "a100-sxm-80g"
    assert found["settings"]["vllm_version"] == "0.11"
    assert found["rates"]["requests_per_s"] * found["duration_s"] == pytest.approx(5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict", "--gpu", "a100"], "--model, --input-len, --output-len"),
        ([*CASE], "--gpu"),
        ([*CASE, "--gpu", "abacus"], "abacus"),
        ([*CASE, "--compare", "a100", "abacus"], "abacus"),
        ([*CASE, "--gpu", "a100", "h200"], "--compare"),
        ([*CASE, "--gpu", "a100", "--tensor-parallel-size", "2"], "one GPU"),
        (["predict", "--model", "nothing", "--input-len", "1", "--output-len", "1"], "nothing"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CliRunner().invoke(cli, arguments, catch_exceptions=False)
