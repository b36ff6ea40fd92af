from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doctor.cli import cli
from doctor.references.json_schema import schema_text

QWEN_7B = "qwen1.5-7b-chat-a100-80g"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["reference", *arguments], env={"COLUMNS": "80"}, standalone_mode=False)


def test_list_shows_the_three_rates_in_80_columns() -> None:
    lines = run("list").output.splitlines()
    assert max(len(line) for line in lines) <= 80
    (row,) = [line for line in lines if QWEN_7B in line]
    assert row.split() == [QWEN_7B, "1.149", "1149.4", "2298.9"]


def test_list_marks_a_run_that_is_no_target() -> None:
    output = run("list").output
    assert "qwen3.5-35b-a3b-h200 *" in output
    assert "37934" not in output


def test_list_as_json() -> None:
    runs = {entry["id"]: entry for entry in json.loads(run("list", "--json").output)}
    assert runs[QWEN_7B]["rates"]["total_tokens_per_s"] == 2298.89
    assert runs["qwen3.5-35b-a3b-h200"]["target"] is False
    assert runs["qwen3.5-35b-a3b-h200"]["rates"] is None


def test_show_tells_source_accounting_and_what_is_left_out() -> None:
    output = run("show", QWEN_7B).output
    assert max(len(line) for line in output.splitlines()) <= 80
    assert "https://qwenlm.github.io/blog/qwen-moe/" in output
    assert "2298.89 / 1.15 = 1999.0" in output
    assert "workload.num_prompts = 1000" in output
    assert "software.version, left open" in output


def test_show_as_json_holds_the_setup() -> None:
    shown = json.loads(run("show", QWEN_7B, "--json").output)
    assert shown["setup"]["workload"]["input_len"] == 1000
    assert shown["setup"]["origins"]["workload.input_len"]["kind"] == "published"


def test_validate_all() -> None:
    result = run("validate")
    assert result.return_value == 0
    assert f"ok   {QWEN_7B}" in result.output


def test_validate_names_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: Broken\n")
    results = run("validate", str(broken), str(tmp_path / "absent.yaml"), "--json")
    assert results.return_value == 2
    first, second = json.loads(results.output)
    assert not first["valid"]
    assert "broken.yaml" in first["error"]
    assert "No such file" in second["error"]


def test_markup_and_escapes_in_a_file_reach_no_terminal(tmp_path: Path) -> None:
    from doctor.locations import reference_runs

    text = (reference_runs() / f"{QWEN_7B}.yaml").read_text()
    marked = tmp_path / "marked.yaml"
    marked.write_text(
        text.replace("title: Qwen1.5-7B-Chat on", "title: '[red]Qwen[/red] on", 1).replace(
            "1000 out", "1000 out'", 1
        )
    )
    assert "[red]Qwen[/red] on" in run("show", str(marked)).output
    escaped = tmp_path / "escaped.yaml"
    escaped.write_text(text.replace("accelerator: A100", 'accelerator: "A\\e[2J"', 1))
    result = run("show", str(escaped))
    assert "control characters" in str(result.exception)


def test_schema_prints_the_committed_schema() -> None:
    assert run("schema").output == schema_text()


@pytest.mark.parametrize("arguments", [("show",), ("show", "a", "b"), ("nothing",)])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code != 0
