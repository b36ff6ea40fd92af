from __future__ import annotations

import re

import pytest

from doctor.checks.framework.gpu_models import gpu_models, model_of
from doctor.checks.framework.tables import table
from doctor.checks.framework.versions import release, vllm_distribution, vllm_version


def test_every_gpu_model_has_a_source_and_a_sound_pattern() -> None:
    for model in gpu_models():
        assert model.source
        assert re.compile(model.pattern)


@pytest.mark.parametrize(
    ("name", "memory_gb", "form_factor", "watts"),
    [
        ("NVIDIA A100-SXM4-40GB", 42.9, "SXM", 400),
        ("NVIDIA A100-PCIE-40GB", 42.5, "PCIe", 250),
        ("NVIDIA H100 80GB HBM3", 85.5, "SXM", 700),
        ("NVIDIA H100 NVL", 100.0, "NVL", 400),
        ("NVIDIA H200 NVL", 150.0, "NVL", 600),
        ("NVIDIA H200", 150.7, "SXM", 700),
        ("NVIDIA L40S", 48.3, "PCIe", 350),
        ("NVIDIA L40", 48.3, "PCIe", 300),
        ("NVIDIA L4", 24.1, "PCIe", 72),
        ("NVIDIA A10", 24.1, "PCIe", 150),
        ("Tesla T4", 15.8, "PCIe", 70),
        ("NVIDIA GeForce RTX 4090", 25.7, "PCIe", 450),
    ],
)
def test_names_of_the_driver(name: str, memory_gb: float, form_factor: str, watts: float) -> None:
    model = model_of(name, int(memory_gb * 1e9))
    assert model is not None
    assert (model.form_factor, model.board_power_w) == (form_factor, watts)


@pytest.mark.parametrize(
    "name", ["NVIDIA A10G", "NVIDIA GeForce RTX 4090 D", "NVIDIA A100X", "AMD MI300X", ""]
)
def test_names_that_only_look_alike(name: str) -> None:
    assert model_of(name, 24 * 10**9) is None


def test_two_sizes_of_one_name_are_told_by_memory() -> None:
    for gigabytes in (40, 80):
        model = model_of("NVIDIA A100-SXM4", gigabytes * 10**9)
        assert model is not None
        assert model.memory_gb == gigabytes


def test_every_variable_has_an_effect_a_cost_and_a_source() -> None:
    for entry in table("engine_variables")["variables"]:
        assert set(entry) == {"name", "values", "effect", "cost", "source"}
        assert all(isinstance(value, str) and value for value in entry.values())
        assert re.compile(entry["values"])


def test_every_release_in_the_tables_is_one() -> None:
    versions = table("engine_versions")
    assert release(versions["old"]["before"])
    assert all(release(entry["first"]) and entry["source"] for entry in versions["slow_releases"])
    for rules in table("engine_defaults").values():
        since = [release(rule["since"]) or () for rule in rules]
        assert since == sorted(since, reverse=True)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0.8.5.post1+cu121", (0, 8, 5)),
        ("12.4", (12, 4)),
        ("v1.2", (1, 2)),
        ("dev", None),
        ("", None),
        (None, None),
    ],
)
def test_release(text: str | None, numbers: tuple[int, ...] | None) -> None:
    assert release(text) == numbers


def test_companions_of_vllm_are_not_vllm() -> None:
    assert vllm_version({"vllm-flash-attn": "2.6"}) is None
    assert vllm_version({"vllm-ascend": "0.9", "vllm-nightly": "0.33.0"}) == "0.33.0"
    assert not vllm_distribution("vllm-router")
