from __future__ import annotations

import pytest

from tests.checks.judging import environment_of, judge


@pytest.mark.parametrize(
    ("packages", "state"),
    [
        ({"torch": "2.13.0+cpu", "torchvision": "0.28.0"}, "warning"),
        ({"torch": "2.13.0+cpu", "torchvision": "0.28.0+cpu"}, "ok"),
        ({"torch": "2.8.0+cu128", "torchvision": "0.23.0", "torchaudio": "2.8.0"}, "ok"),
        ({"torch": "2.8.0+cu128", "torchaudio": "2.8.0+cpu"}, "warning"),
        ({"torch": "2.8.0"}, "skipped"),
    ],
)
def test_builds(packages: dict[str, str], state: str) -> None:
    assert judge("torch-companions", environment_of(packages=packages)).state == state
