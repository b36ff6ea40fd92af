"""`qdoctor diagnose` and `qdoctor causes` as they are called."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from doctor.cli import cli
from doctor.errors import UsageError
from doctor.schema.diagnosis import Diagnosis


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def _issue(folder: Path) -> str:
    path = folder / "issue.md"
    text = "We get 40.20 reqs/s, published: 47.40 reqs/s.\n\n    SamplingParams(top_p=0.85)\n"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_gap_exits_with_1_and_fits_80_columns(tmp_path: Path) -> None:
    result = _run("diagnose", _issue(tmp_path))
    assert result.exit_code == 1
    assert "Top-p or top-k sampling sorts the vocabulary" in result.output
    assert "What would decide most" in result.output
    assert max(len(line) for line in result.output.splitlines()) <= 80


def test_json_is_the_record(tmp_path: Path) -> None:
    diagnosis = Diagnosis.model_validate_json(_run("diagnose", _issue(tmp_path), "--json").output)
    assert diagnosis.candidates[0].finding.cause == "top-k-top-p-sort"


def test_a_reference_settles_the_accounting_and_goes_into_the_commands() -> None:
    figure = ("--observed", "1000", "--observed-counts", "output")
    result = _run("diagnose", *figure, "--reference", "qwen1.5-7b-chat-a100-80g")
    assert result.exit_code == 1
    assert "1149.4" in result.output
    assert "qdoctor check --reference qwen1.5-7b-chat-a100-80g" in result.output


def test_evidence_with_a_gpu_is_held_against_the_model(tmp_path: Path) -> None:
    path = tmp_path / "told.md"
    path.write_text("1x NVIDIA L40S\n\n    vllm serve Qwen/Qwen1.5-7B-Chat --max-num-seqs 8\n")
    figure = ("--observed", "150", "--observed-counts", "output")
    arguments = ("diagnose", str(path), *figure, "--reference", "qwen1.5-7b-chat-a100-80g")
    text = _run(*arguments).output
    assert "What the performance model expects (predicted, nothing was run)" in text
    assert "On NVIDIA L40S 48 GB the published setup should give" in text
    assert "Hardware: NVIDIA L40S 48 GB" in text
    assert max(map(len, text.splitlines())) <= 80
    diagnosis = Diagnosis.model_validate_json(_run(*arguments, "--json").output)
    assert diagnosis.ledger is not None
    assert diagnosis.ledger.basis == "predicted"


def test_nothing_given_is_wrong_usage() -> None:
    assert isinstance(_run("diagnose").exception, UsageError)


def test_a_secret_in_a_command_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("docker run -e VLLM_ATTENTION_BACKEND=XFORMERS -e HF_TOKEN=geheim1234 v/o --model m/x\n")
    for form in ((), ("--json",)):
        output = _run("diagnose", str(path), *form).output
        assert "VLLM_ATTENTION_BACKEND" in output
        assert "geheim1234" not in output
