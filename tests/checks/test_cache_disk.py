from __future__ import annotations

import pytest

from doctor.schema.environment import Disk
from tests.checks.judging import GIB, environment_of, judge


def disk(free_gib: float, kind: str = "ext4") -> Disk:
    return Disk(
        purpose="model cache",
        path="/x",
        filesystem=kind,
        free_bytes=int(free_gib * GIB),
        total_bytes=100 * GIB,
    )


@pytest.mark.parametrize(
    ("free_gib", "kind", "state"),
    [(50, "ext4", "ok"), (2, "ext4", "warning"), (50, "nfs4", "warning"), (50, "fuse.s3fs", "warning")],
)
def test_disks(free_gib: float, kind: str, state: str) -> None:
    assert judge("cache-disk", environment_of(disks=(disk(free_gib, kind),))).state == state


def test_unreadable() -> None:
    assert judge("cache-disk", environment_of()).state == "unknown"
