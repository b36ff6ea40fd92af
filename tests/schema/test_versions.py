from __future__ import annotations

import pytest

from doctor.schema.versions import Version, parse_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("0.8.5.post1", (0, 8, 5)),
        ("v0.11.0", (0, 11, 0)),
        ("0.17", (0, 17, 0)),
        ("0.33.1rc1.dev3+g1234", (0, 33, 1)),
        (" 0.32.0+cpu ", (0, 32, 0)),
        ("main", None),
        ("latest", None),
        ("", None),
        (None, None),
        ("9" * 10_000, None),
    ],
)
def test_versions(text: str | None, version: Version | None) -> None:
    assert parse_version(text) == version
