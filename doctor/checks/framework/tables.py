"""Reads the tables of the folder ``data``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "data"


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, Any]:
    """The table of that name; ours, so its shape is known and held by a test."""
    loaded = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded
