from __future__ import annotations

import pytest

from tests.checks.judging import environment_of, judge


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ("0.32.0", "ok"),
        ("0.24.0+cu129", "warning"),
        ("0.5.3.post1", "warning"),
        ("0.4.1", "warning"),
        ("dev", "unknown"),
    ],
)
def test_releases(version: str, state: str) -> None:
    assert judge("vllm-release", environment_of(packages={"vllm": version})).state == state


def test_not_installed() -> None:
    assert judge("vllm-release", environment_of()).state == "skipped"
