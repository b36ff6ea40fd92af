from __future__ import annotations

import pytest

from doctor.performance.fitting import kv_cache_tokens_under, published_memory_bytes, why_not_here
from doctor.references import load_reference, reference_setup
from doctor.schema.environment import Environment, Gpu
from doctor.schema.setup import Setup

SETUP = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
GIB = 2**30


def changed(section: str, **values: object) -> Setup:
    part = getattr(SETUP, section).model_copy(update=values)
    return SETUP.model_copy(update={section: part})


def machine(*gib: float | None) -> Environment:
    """A machine with GPUs of so much memory."""
    gpus = tuple(
        Gpu(
            index=index,
            name="NVIDIA A100",
            memory_total_bytes=None if memory is None else round(memory * GIB),
        )
        for index, memory in enumerate(gib)
    )
    return Environment(
        python_version="3.11",
        operating_system="Linux",
        cpus_usable=2,
        memory_total_bytes=8 * GIB,
        memory_available_bytes=4 * GIB,
        gpus=gpus,
    )


def test_an_80_gb_card_shows_a_little_less() -> None:
    memory = published_memory_bytes(SETUP)
    assert memory is not None
    assert memory / GIB == pytest.approx(79.2)
    assert published_memory_bytes(changed("hardware", memory_gb=None)) is None


def test_the_published_card_holds_the_53_to_56_sequences_of_its_source() -> None:
    tokens = kv_cache_tokens_under(SETUP, published_memory_bytes(SETUP))
    assert tokens is not None
    assert 53 <= tokens // 2000 <= 56


def test_less_memory_holds_fewer_tokens_by_the_bytes_of_a_token() -> None:
    memory = published_memory_bytes(SETUP)
    assert memory is not None
    full = kv_cache_tokens_under(SETUP, memory)
    half = kv_cache_tokens_under(changed("engine", gpu_memory_utilization=0.45), memory)
    assert full is not None
    assert half is not None
    # 0.45 of the card at 512 KiB a token; in whole blocks of 16
    assert full - half == pytest.approx(0.45 * memory / (512 * 1024), abs=32)


def test_a_number_of_blocks_decides_less_the_null_block() -> None:
    assert kv_cache_tokens_under(changed("engine", num_gpu_blocks_override=251), None) == 4000
    given = changed("engine", num_gpu_blocks_override=3, block_size=32)
    assert kv_cache_tokens_under(given, published_memory_bytes(SETUP)) == 64


def test_what_is_not_known_is_not_made_up() -> None:
    assert kv_cache_tokens_under(SETUP, None) is None
    assert kv_cache_tokens_under(changed("model", architecture=None), 80 * GIB) is None
    assert kv_cache_tokens_under(changed("hardware", count=2), 80 * GIB) is None
    assert kv_cache_tokens_under(SETUP, 8 * GIB) is None  # the weights alone take more


@pytest.mark.parametrize(
    ("setup", "environment", "cuda", "words"),
    [
        (SETUP, machine(), False, "this machine has no GPU"),
        (SETUP, machine(80), False, "this vLLM is a CPU build"),
        (changed("hardware", count=2), machine(80), True, "it wants 2 GPUs, this machine has 1"),
        (changed("model", architecture=None), machine(80), True, "names no architecture"),
        (SETUP, machine(12), True, "its weights (14.4 GiB) do not fit this GPU (12.0 GiB)"),
    ],
)
def test_why_it_cannot_run_here(setup: Setup, environment: Environment, cuda: bool, words: str) -> None:
    why = why_not_here(setup, environment, cuda_engine=cuda)
    assert why is not None
    assert words in why


def test_where_it_can() -> None:
    assert why_not_here(SETUP, machine(80), cuda_engine=True) is None
    assert why_not_here(SETUP, machine(None), cuda_engine=True) is None  # not told: it is tried
    assert why_not_here(changed("hardware", count=2), machine(24, 24), cuda_engine=True) is None


def test_quantized_weights_are_smaller() -> None:
    fp8 = changed("engine", quantization="fp8")
    plain, small = kv_cache_tokens_under(SETUP, 24 * GIB), kv_cache_tokens_under(fp8, 24 * GIB)
    assert plain is not None
    assert small is not None
    # 32 layers of 4 · 4096² + 3 · 4096 · 11008 weights, one byte less each, at 512 KiB a token
    assert small - plain == pytest.approx(32 * (4 * 4096**2 + 3 * 4096 * 11008) / (512 * 1024), rel=0.01)
    assert why_not_here(fp8, machine(12), cuda_engine=True) is None


@pytest.mark.parametrize("setting", ["quantization", "dtype", "kv_cache_dtype"])
def test_a_number_format_that_is_not_known_is_not_an_error(setting: str) -> None:
    odd = changed("engine", **{setting: "something-new"})
    assert kv_cache_tokens_under(odd, 80 * GIB) is None
    assert why_not_here(odd, machine(80), cuda_engine=True) is None
