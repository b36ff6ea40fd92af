from __future__ import annotations

import pytest

from tests.checks.judging import environment_of, judge


@pytest.mark.parametrize(
    ("kind", "state"), [(None, "ok"), ("kvm", "ok"), ("unknown hypervisor", "ok"), ("virtualbox", "warning")]
)
def test_kinds(kind: str | None, state: str) -> None:
    assert judge("virtualization", environment_of(virtualization=kind)).state == state


def test_container_is_told() -> None:
    assert "docker" in judge("virtualization", environment_of(container="docker")).summary
