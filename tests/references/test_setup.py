from __future__ import annotations

import pytest

from doctor.references import list_references, load_reference, reference_setup
from doctor.schema.paths import is_setting
from doctor.schema.reference import ReferenceRun


def test_stated_values_are_published_and_left_out_ones_assumed_with_the_reason() -> None:
    setup = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
    assert setup.workload.input_len == 1000
    assert setup.origins["workload.input_len"].kind == "published"
    assert setup.workload.num_prompts == 1000
    assert setup.origins["workload.num_prompts"].kind == "assumed"
    assert "benchmark_throughput.py" in setup.origins["workload.num_prompts"].note
    assert setup.engine.enable_prefix_caching is False


def test_what_nobody_knows_stays_unknown_but_is_marked() -> None:
    setup = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
    assert setup.software.version is None
    assert setup.origins["software.version"].kind == "assumed"
    assert setup.hardware.form_factor is None


def test_the_architecture_gives_512_kib_of_kv_cache_per_token() -> None:
    architecture = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g")).model.architecture
    assert architecture is not None
    per_layer = 2 * architecture.num_key_value_heads * architecture.head_size * 2  # K and V in BF16
    assert per_layer * architecture.num_hidden_layers == 512 * 1024


@pytest.mark.parametrize("reference", list_references(), ids=lambda reference: reference.id)
def test_every_run_gives_a_setup_whose_origins_are_settings(reference: ReferenceRun) -> None:
    setup = reference_setup(reference)
    assert all(is_setting(path) for path in setup.origins)
    assert {"workload.input_len", "workload.output_len", "workload.num_prompts"} <= set(setup.origins)
