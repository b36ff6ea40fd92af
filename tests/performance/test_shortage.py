"""Advice where memory ran out: the setting that is named does fit, by the same equation."""

from __future__ import annotations

import re

import pytest

from doctor.performance.memory import memory_budget
from doctor.performance.models import find_architecture
from doctor.performance.shortage import Ground, advice
from doctor.schema.setup import EngineSettings, Hardware, Model, Setup, Workload

GIB = 1 << 30
LLAMA = find_architecture("llama-3.1-8b")
NO_BLOCKS = "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`"
TOO_LONG = (
    "ValueError: To serve at least one request with the model's max seq len (131072), (16.0 GiB KV cache "
    "is needed, which is larger than the available KV cache memory (3.5 GiB)."
)


def setup(**engine: object) -> Setup:
    return Setup(
        model=Model(name="Llama-3.1-8B", architecture=LLAMA),
        hardware=Hardware(accelerator="L4"),
        workload=Workload(input_len=1000, output_len=1000, num_prompts=8),
        engine=EngineSettings.model_validate(engine),
    )


def on(gpu_gib: float | None) -> Ground:
    return Ground(None if gpu_gib is None else round(gpu_gib * GIB), 20 * GIB, "0.32.0")


def given(words: str, flag: str) -> float:
    found = re.search(rf"--{flag} ([\d.]+\d)", words)
    assert found, words
    return float(found[1])


def test_the_length_that_is_named_fits() -> None:
    words = advice(setup(), on(22.0), TOO_LONG)
    # 8.03 billion parameters of two bytes are 15.0 GiB; a token keeps 2 × 32 × 8 × 128 × 2 = 128 KiB.
    assert "the weights take 15.0" in words
    assert "one request of 131072 tokens takes 16.0" in words
    length = given(words, "max-model-len")
    budget = memory_budget(LLAMA, round(22 * GIB), 0.92, max_num_batched_tokens=8192)
    assert length * 131_072 <= budget.kv_cache
    assert (length + 16) * 131_072 > budget.kv_cache


def test_a_memory_fraction_that_suffices_comes_first() -> None:
    words = advice(setup(gpu_memory_utilization=0.5, max_model_len=8192), on(40.0), NO_BLOCKS)
    assert words.endswith("Give --gpu-memory-utilization 0.97.")


def test_fewer_tokens_a_step_where_those_take_the_room() -> None:
    engine = {"gpu_memory_utilization": 0.97, "max_num_batched_tokens": 65536, "max_model_len": 16384}
    words = advice(setup(**engine), on(23.0), "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate")
    assert words.endswith("Give --max-num-batched-tokens 2048.")
    budget = memory_budget(LLAMA, 23 * GIB, 0.97, max_num_batched_tokens=2048)
    assert budget.kv_cache_tokens >= 16384


def test_weights_that_do_not_fit_are_not_cured_by_settings() -> None:
    words = advice(setup(), on(15.0), "OutOfMemoryError: CUDA out of memory")
    assert "No setting of memory helps" in words


def test_memory_that_others_hold() -> None:
    error = (
        "ValueError: Free memory on device cuda:0 (50.0/79.2 GiB) on startup is less than desired GPU memory"
    )
    words = advice(setup(), on(79.2), error)
    assert "Other processes hold 29.2 of 79.2 GiB" in words
    assert given(words, "gpu-memory-utilization") == 0.62  # 50.0 / 79.2 = 0.63, and a little less


def test_on_a_cpu_the_engines_own_figures_are_used() -> None:
    error = TOO_LONG.replace("131072", "4096").replace("16.0 GiB", "2.0 GiB").replace("3.5 GiB", "1.0 GiB")
    words = advice(setup(), on(None), error)
    assert given(words, "max-model-len") == 2048


def test_a_process_that_the_kernel_ended() -> None:
    words = advice(setup(), on(None), "The engine died in the middle of this arm (killed by signal 9)")
    assert "20.0 GiB were available" in words


@pytest.mark.parametrize("error", ["ValueError: unknown quantization", "", "The engine hung while starting"])
def test_other_errors_get_no_advice_on_memory(error: str) -> None:
    assert advice(setup(), on(22.0), error) == ""


@pytest.mark.parametrize("gpu_gib", [None, 0.0, 1.0, 1e6])
def test_any_memory_gives_words(gpu_gib: float | None) -> None:
    for error in (
        NO_BLOCKS,
        TOO_LONG,
        "CUDA out of memory",
        TOO_LONG.replace("131072", "0").replace("16.0", "0").replace("3.5", "0"),
    ):
        words = advice(setup(), on(gpu_gib), error)
        assert words
        assert "nan" not in words
        assert " -" not in words.replace(" --", "")
