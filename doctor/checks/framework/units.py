"""Figures as people read them."""

from __future__ import annotations


def gib(size_bytes: float) -> str:
    """Bytes in GiB, with one decimal where it matters."""
    value = size_bytes / (1 << 30)
    return f"{value:.0f} GiB" if value >= 100 or value == int(value) else f"{value:.1f} GiB"


def percent(fraction: float) -> str:
    """A fraction in per cent."""
    return f"{100 * fraction:.0f} %"
