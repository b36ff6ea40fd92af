from __future__ import annotations

from pathlib import Path

from doctor import locations

ROOT = Path(__file__).parents[1]


def test_in_a_checkout_they_stand_at_the_top() -> None:
    assert locations.templates() == ROOT / "templates"
    assert locations.reference_runs() == ROOT / "reference_runs"
    assert (locations.templates() / "check.html.j2").is_file()
    assert list(locations.reference_runs().glob("*.yaml"))
