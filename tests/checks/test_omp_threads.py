from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import judge, machine_with


@pytest.mark.parametrize(
    ("recording", "value", "state"),
    [
        ("no_driver", None, "ok"),
        ("no_driver", "8", "ok"),
        ("no_driver", "64", "warning"),
        ("a100_sxm", "1", "ok"),
        ("a100_sxm", "8", "warning"),
        ("a100_sxm", "many", "warning"),
    ],
)
def test_values(recording: str, value: str | None, state: str, tmp_path: Path) -> None:
    environ = {} if value is None else {"OMP_NUM_THREADS": value}
    assert judge("omp-threads", machine_with(tmp_path, recording, environ=environ)).state == state
