"""vLLM's versions, as far as they order."""

from __future__ import annotations

import re
from typing import NamedTuple

from doctor.causes.lookup import fact_of
from doctor.schema.evidence import Evidence

_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?")


class Version(NamedTuple):
    """Major, minor, patch; suffixes do not order."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def parse_version(text: str) -> Version | None:
    """The version at the beginning of ``text``."""
    match = _VERSION.match(text.strip())
    return Version(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def version_of(evidence: Evidence) -> Version | None:
    """The version that ran."""
    fact = fact_of(evidence.engine_facts, "version")
    return parse_version(str(fact.value)) if fact else None


def versions_named(evidence: Evidence) -> tuple[Version, ...]:
    """All versions that the evidence names, in their order, without repeats."""
    found = [parse_version(str(fact.value)) for fact in evidence.engine_facts if fact.path == "version"]
    return tuple(dict.fromkeys(version for version in found if version is not None))


MARLIN = {"gptq": Version(0, 4, 2), "awq": Version(0, 5, 3)}
"""The first release that turns such a checkpoint into Marlin's layout on loading: vLLM's pull requests 3922
(merged in April 2024) and 6612 (July 2024)."""


def before_marlin(evidence: Evidence) -> str | None:
    """AWQ or GPTQ in a release that had only its own, slow kernel for it, in words; else None."""
    ran, quantization = version_of(evidence), fact_of(evidence.settings, "engine.quantization")
    name = str(quantization.value) if quantization else ""
    if ran is None or name not in MARLIN or ran >= MARLIN[name]:
        return None
    return f"vLLM {ran} has no Marlin kernel for {name.upper()}, that came with {MARLIN[name]}"
