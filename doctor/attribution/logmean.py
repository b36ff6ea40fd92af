"""The logarithmic mean, which turns shares of a log ratio into shares of the difference."""

from __future__ import annotations

import math


def log_mean(first: float, second: float) -> float:
    """L(a, b) = (a - b) / ln(a / b), and a where both are equal (Ang 2004, LMDI-I).

    Both positive, in the same unit, which is the result's too: L · ln(a/b) is a - b exactly.
    """
    ratio = math.log(first / second)
    if abs(ratio) < 1e-6:  # the quotient loses its digits; the series has error ratio² / 24
        return math.sqrt(first * second)
    return (first - second) / ratio


def log_mean_gradient(first: float, second: float) -> tuple[float, float]:
    """Derivatives of L with respect to ln a and ln b."""
    ratio = math.log(first / second)
    if abs(ratio) < 1e-4:
        middle = math.sqrt(first * second)
        return middle * (0.5 + ratio / 12), middle * (0.5 - ratio / 12)
    mean = log_mean(first, second)
    return (first - mean) / ratio, (mean - second) / ratio
