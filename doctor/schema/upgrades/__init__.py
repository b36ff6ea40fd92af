"""From an older report.json to today's, one step per version.

A step is a module ``from_N.py`` that holds ``upgrade(document) -> document``, from version N to
N + 1, on plain JSON values. It is found by its name. A step is never changed once a release wrote
reports of the version that it leads to.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
Step = Callable[[Document], Document]


def steps() -> dict[int, Step]:
    """Every step, by the version that it starts from."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if match := re.fullmatch(r"from_(\d+)", module.name):
            found[int(match[1])] = importlib.import_module(f"{__name__}.{module.name}").upgrade
    return found


def upgraded(document: Document, version: int, by: Mapping[int, Step] | None = None) -> Document:
    """The document at ``version``. Raises LookupError where a step is missing on the way."""
    known = steps() if by is None else by
    while document["schema_version"] < version:
        here = document["schema_version"]
        if here not in known:
            raise LookupError(f"nothing leads from report version {here} to {here + 1}")
        document = {**known[here](document), "schema_version": here + 1}
    return document
