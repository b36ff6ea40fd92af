from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import pytest
from click.testing import CliRunner

from doctor.commands._setup_options import setup_options, take_overrides
from doctor.planning.factors import factor_of
from doctor.planning.setups import user_setup
from doctor.references import load_reference, reference_setup
from doctor.schema.request import Override
from doctor.schema.setup import Scalar

REFERENCE = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))


def overrides(*arguments: str) -> Mapping[str, Override]:
    """What these arguments say of the user's setup."""
    found: dict[str, Override] = {}

    @click.command()
    @setup_options
    def command(**values: Any) -> None:
        found.update(take_overrides(values))
        assert values == {}, "the flags of a setup are taken out"

    CliRunner().invoke(command, list(arguments), catch_exceptions=False, standalone_mode=False)
    return found


def test_nothing_said_nothing_overridden() -> None:
    assert overrides() == {}


@pytest.mark.parametrize(
    ("arguments", "path", "value"),
    [
        (("--input-len", "512"), "workload.input_len", 512),
        (("--max-concurrency", "1"), "workload.max_concurrency", 1),
        (("--request-rate", "0.5"), "workload.request_rate_per_s", 0.5),
        (("--identical-prompts",), "workload.prompts", "identical"),
        (("--temperature", "0"), "sampling.temperature", 0.0),
        (("--top-k", "0"), "sampling.top_k", 0),
        (("--logprobs", "0"), "sampling.logprobs", 0),
        (("--disable-detokenize",), "sampling.detokenize", False),
        (("--enforce-eager",), "engine.enforce_eager", True),
        (("--enable-prefix-caching",), "engine.enable_prefix_caching", True),
        (("--no-enable-prefix-caching",), "engine.enable_prefix_caching", False),
        (("--kv-cache-dtype", "fp8"), "engine.kv_cache_dtype", "fp8"),
    ],
)
def test_a_flag_sets_its_path_and_says_that_the_user_did(
    arguments: tuple[str, ...], path: str, value: Scalar
) -> None:
    ((found, override),) = overrides(*arguments).items()
    assert (found, override.value, type(override.value)) == (path, value, type(value))
    assert override.origin.kind == "user"
    assert override.origin.note == arguments[0].replace("--no-enable", "--enable")


def test_what_a_flag_says_can_stand_in_a_setup_and_is_measured() -> None:
    said = overrides(
        *("--input-len", "512", "--output-len", "64", "--num-prompts", "10", "--max-concurrency", "4"),
        *("--top-p", "0.85", "--top-k", "50", "--min-p", "0.1", "--n", "2", "--logprobs", "5"),
        *("--presence-penalty", "1", "--frequency-penalty", "1", "--repetition-penalty", "1.1"),
        *("--gpu-memory-utilization", "0.5", "--num-gpu-blocks-override", "99", "--block-size", "32"),
        *("--kv-cache-memory-bytes", "1000000", "--max-num-seqs", "8", "--max-num-batched-tokens", "512"),
        *(
            "--max-model-len",
            "4096",
            "--dtype",
            "float16",
            "--kv-cache-dtype",
            "fp8",
            "--quantization",
            "fp8",
        ),
        *(
            "--tensor-parallel-size",
            "2",
            "--enforce-eager",
            "--enable-prefix-caching",
            "--disable-detokenize",
        ),
        *("--request-rate", "3", "--identical-prompts", "--temperature", "0.5"),
    )
    setup = user_setup(REFERENCE, {path: (one.value, one.origin) for path, one in said.items()})
    assert setup.workload.input_len == 512
    assert all(setup.origins[path].kind == "user" for path in said)
    assert [path for path in said if factor_of(path) is None] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--input-len", "0"),
        ("--top-p", "0"),
        ("--gpu-memory-utilization", "1.01"),
        ("--n", "100"),
        ("--top-k", "x"),
    ],
)
def test_values_that_no_engine_takes_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError):
        overrides(*arguments)
