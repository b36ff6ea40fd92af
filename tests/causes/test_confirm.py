"""Every command that a finding ends with is one that the command line takes."""

from __future__ import annotations

import shlex

import click
import pytest

from doctor.causes.catalogue import load_ablations, load_causes
from doctor.causes.confirm import check_of_all, confirm_command, flag_of
from doctor.causes.contract import Case, Cause
from doctor.cli import cli
from doctor.evidence.command_line import parse_command
from doctor.references import load_reference, reference_setup
from tests.evidence.reading_text import read

REFERENCE = "qwen1.5-7b-chat-a100-80g"
EVERYTHING = """\
vllm serve org/model --max-num-seqs 8 --max-num-batched-tokens 512 --enforce-eager --top-p 0.85 --logprobs 5 \
--repetition-penalty 1.1 --max-concurrency 4 --num-prompts 20 --input-len 2000 --output-len 10 --n 4 \
--no-enable-prefix-caching --gpu-memory-utilization 0.5

I get 120 output tokens/s.
"""
CAUSES = load_causes()


def assert_parses(command: str) -> None:
    words = shlex.split(command)
    words = [word for word in words if not word.startswith("VLLM_")]
    if words[0] == "qdoctor":
        assert words[1] in ("check", "env")
        with click.Context(cli, info_name="qdoctor", **cli.context_settings) as group:
            real = cli.get_command(group, words[1])
            assert real is not None
            context = real.make_context(words[1], words[2:], parent=group)
        ablations = context.params.get("ablations", ())
        assert set(ablations) <= {ablation.id for ablation in load_ablations()}
    else:
        parsed = parse_command(command, version="0.32.0")
        assert parsed.tools
        assert not parsed.unread


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_every_cause_has_a_command_and_it_parses(cause: Cause) -> None:
    assert confirm_command(cause)
    assert_parses(confirm_command(cause))


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_it_parses_with_the_users_own_values_too(cause: Cause) -> None:
    setup = reference_setup(load_reference(REFERENCE))
    assert_parses(confirm_command(cause, Case(read(EVERYTHING), setup), REFERENCE))


def command_for(cause_id: str, text: str) -> str:
    cause = next(cause for cause in CAUSES if cause.id == cause_id)
    setup = reference_setup(load_reference(REFERENCE))
    return confirm_command(cause, Case(read(text), setup), REFERENCE)


def test_the_users_own_value_is_the_arm() -> None:
    command = command_for("top-k-top-p-sort", "vllm serve m/x --top-p 0.85")
    assert command == f"qdoctor check --reference {REFERENCE} --top-p 0.85"


def test_without_a_value_the_causes_ablations_are_the_arms() -> None:
    command = command_for("kv-cache-limited-concurrency", "The KV cache is full.")
    assert command == f"qdoctor check --reference {REFERENCE} --ablation kv-half --ablation kv-quarter"


def test_counting_is_confirmed_with_the_observed_figure() -> None:
    command = command_for("token-accounting-total-vs-output", "I get 1000 output tokens/s")
    assert command.endswith("--observed 1000 --observed-counts output")


def test_a_benchmark_gets_the_model_and_the_lengths_of_the_reference() -> None:
    command = command_for("cpu-offload", "vllm serve org/model --cpu-offload-gb 16")
    assert "--model org/model" in command
    assert "--random-input-len 1000 --random-output-len 1000" in command


def test_a_models_name_cannot_add_words_to_a_command() -> None:
    text = "from vllm import LLM\nllm = LLM(model='x; rm -rf /')\nllm.generate('a')\n"
    words = shlex.split(command_for("lora-enabled", text))
    assert "x; rm -rf /" in words


def test_one_check_measures_all_that_a_check_can() -> None:
    chosen = [cause for cause in CAUSES if cause.id in ("top-k-top-p-sort", "num-prompts-too-small", "wsl")]
    setup = reference_setup(load_reference(REFERENCE))
    case = Case(read("vllm bench throughput --top-p 0.85 --num-prompts 100"), setup)
    command = check_of_all(chosen, case, REFERENCE)
    assert command == f"qdoctor check --reference {REFERENCE} --num-prompts 100 --top-p 0.85"
    assert_parses(command)


def test_one_cause_alone_needs_no_check_of_all() -> None:
    assert check_of_all(CAUSES[:0], Case(read("")), REFERENCE) == ""


@pytest.mark.parametrize(
    ("path", "value", "flag"),
    [
        ("workload.request_rate_per_s", 4.0, ["--request-rate", "4"]),
        ("workload.prompts", "identical", ["--identical-prompts"]),
        ("workload.prompts", "distinct", []),
        ("sampling.top_k", -1, []),
        ("engine.enforce_eager", False, []),
        ("engine.enable_prefix_caching", False, ["--no-enable-prefix-caching"]),
    ],
)
def test_flags_of_settings(path: str, value: object, flag: list[str]) -> None:
    assert list(flag_of(path, value)) == flag  # type: ignore[arg-type]
