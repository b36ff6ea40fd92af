"""Stages within a time limit: what is done, what is left, what goes on. No engine: stages stand in for it."""

from __future__ import annotations

import itertools
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from doctor.references import load_reference

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "benchmarks" / "data" / "gpu"
RUNS = runpy.run_path(str(ROOT / "scripts" / "gpu_runs.py"))
VERSION = {"name": "version", "qdoctor": "--version"}


@pytest.fixture(autouse=True)
def checkout_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    # Stages run in the results' folder, where the checkout is not at hand.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def place(folder: Path) -> Any:
    return RUNS["Place"](folder / "plan.yaml", folder, sys.executable)


def stages(*content: dict[str, str]) -> Any:
    return RUNS["stages_of"](list(content))


def noted(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "stages.jsonl").read_text().splitlines()]


def test_what_is_done_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        RUNS["run_all"](stages(VERSION), place(tmp_path), 60.0)
    assert [line["done"] for line in noted(tmp_path)] == [True]
    assert (tmp_path / "version.out").read_text().startswith("qdoctor, version")
    assert capsys.readouterr().out.endswith("version: done before\n")


def test_what_failed_is_tried_again_and_the_rest_is_done(tmp_path: Path) -> None:
    wrong = {"name": "wrong", "qdoctor": "no-such-command"}
    for _ in range(2):
        RUNS["run_all"](stages(wrong, VERSION), place(tmp_path), 60.0)
    done = [(line["name"], line["done"]) for line in noted(tmp_path)]
    assert done == [("wrong", False), ("version", True), ("wrong", False)]


def test_a_stage_that_the_time_left_does_not_allow_is_left(tmp_path: Path) -> None:
    RUNS["run_all"](stages({**VERSION, "least": "10m"}), place(tmp_path), 60.0)
    assert not (tmp_path / "stages.jsonl").exists()


def test_what_was_interrupted_is_no_result_though_it_ended_with_0(tmp_path: Path) -> None:
    calm = "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); time.sleep(60)"
    ended = RUNS["_run"]((sys.executable, "-c", calm), place(tmp_path), "calm", 1.0)
    assert ended == "interrupted at its limit"
    assert RUNS["_run"]((sys.executable, "-c", "pass"), place(tmp_path), "quick", 30.0) == 0


def test_a_check_goes_on_where_it_stopped_with_the_time_it_now_has(tmp_path: Path) -> None:
    begun, rest = stages(
        {"name": "a", "check": "some-id", "arguments": "--ablation top-p"},
        {"name": "a-rest", "check": "some-id", "goes-on-with": "a"},
    )
    command = RUNS["_check"](begun, place(tmp_path), 120.0)
    assert command[command.index("--reference") + 1] == "some-id"
    assert command[command.index("--budget") + 1] == "100s"
    (tmp_path / "a.run").mkdir()
    (tmp_path / "a.run" / "request.json").touch()
    again = RUNS["_check"](rest, place(tmp_path), 50.0)
    assert again[-2:] == ("--resume", str(tmp_path / "a.run"))
    assert again[again.index("--budget") + 1] == "30s"


def test_the_benchmark_gets_the_set_up_of_the_check(tmp_path: Path) -> None:
    (stage,) = stages({"name": "bench", "bench": "qwen1.5-7b-chat-a100-80g"})
    gpu = {"name": "a card", "memory_total_bytes": 81559 * 2**20}
    (tmp_path / "environment.out").write_text(json.dumps({"environment": {"gpus": [gpu]}}))
    words = RUNS["_bench"](stage, place(tmp_path), 60.0)
    pairs = dict(itertools.pairwise(words))
    assert pairs["--random-input-len"] == pairs["--random-output-len"] == "1000"
    assert pairs["--max-model-len"] == "2001"
    assert pairs["--load-format"] == "dummy"
    assert "--no-enable-prefix-caching" in words
    # What a check had on such a card: three times the 57 requests that its KV cache holds.
    assert pairs["--num-prompts"] == "171"
    assert json.loads((Path(pairs["--model"]) / "config.json").read_text())["num_hidden_layers"] == 32


def test_lengths_that_a_plan_gives_replace_the_random_ones(tmp_path: Path) -> None:
    lengths = "--input-len 1000 --output-len 1000"
    (stage,) = stages({"name": "trap", "bench": "qwen1.5-7b-chat-a100-80g", "arguments": lengths})
    words = RUNS["_bench"](stage, place(tmp_path), 60.0)
    assert "--random-input-len" not in words
    assert " ".join(words).endswith(lengths)


@pytest.mark.parametrize(
    "content", [{}, {"name": "a"}, {"name": "a", "check": "x", "bench": "x"}, {"name": "a", "chek": "x"}]
)
def test_what_is_no_stage_is_refused(content: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a stage has a name and one of"):
        stages(content)


@pytest.mark.parametrize("plan", ["plan.yaml", "rehearsal.yaml"])
def test_the_plans_are_understood_and_their_references_are_there(plan: str) -> None:
    stages = RUNS["stages_of"](yaml.safe_load((PLANS / plan).read_text()))
    named = [stage.subject[0].replace("{plan}", str(PLANS)) for stage in stages if stage.kind != "qdoctor"]
    assert named
    assert all(load_reference(name).figures for name in named)
