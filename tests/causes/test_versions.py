"""Versions, and what they lack."""

from __future__ import annotations

import pytest

from tests.causes.judging import judged


@pytest.mark.parametrize(
    ("version", "name", "forced", "unoptimized"),
    [
        ("0.2.7", "awq", "not applicable", "confirmed"),
        ("0.4.0", "gptq", "not applicable", "confirmed"),
        ("0.5.0", "gptq", "confirmed", "ruled out"),
        ("0.6.3", "awq", "confirmed", "ruled out"),
    ],
)
def test_marlin_cannot_be_missed_before_it_came(
    version: str, name: str, forced: str, unoptimized: str
) -> None:
    text = f"vLLM version: {version}\n\nvllm serve m/x --quantization {name}\n"
    assert judged("quant-kernel-forced-slow", text).status == forced
    assert judged("quant-format-unoptimized", text).status == unoptimized
