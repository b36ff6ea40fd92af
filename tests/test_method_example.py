"""The worked example of docs/method.md, number by number."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from doctor.attribution.ends import End
from doctor.attribution.ledger import build_ledger
from doctor.schema.ledger import Ledger
from doctor.statistics.cells import cell_table
from tests.attribution.tables import make_factors
from tests.statistics.builders import interleaved, make_arm

DOCUMENT = Path(__file__).parents[1] / "docs" / "method.md"
RATES = {
    "reference": [1146.0, 1131.0, 1149.0],
    "a": [704.0, 700.0, 711.0],
    "b": [772.0, 762.0, 771.0],
    "ab": [661.0, 650.0, 660.0],
}


def example() -> Ledger:
    arms = [make_arm(name, name if name != "reference" else "") for name in RATES]
    table = cell_table(interleaved(RATES), arms, "measured")
    return build_ledger(
        table,
        make_factors("ab"),
        published=End("published", 1149.4),
        observed=End("observed", 640.0),
    )


def test_the_means_by_hand() -> None:
    means = {name: math.exp(sum(map(math.log, values)) / 3) for name, values in RATES.items()}
    assert {name: round(mean, 1) for name, mean in means.items()} == {
        "reference": 1142.0,
        "a": 705.0,
        "b": 768.3,
        "ab": 657.0,
    }


def test_every_number_of_the_ledger_stands_in_the_document() -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    ledger = example()
    for line in ledger.lines:
        low, high = line.tokens_per_s.low, line.tokens_per_s.high
        assert low is not None
        assert high is not None
        shown = f"{line.tokens_per_s.estimate:.1f} ({low:.1f} … {high:.1f})"
        assert shown in text, (line.id, shown)
    for fix in ledger.fix_one:
        assert f"{fix.gain_tokens_per_s.estimate:+.1f}" in text
    assert ledger.pairs[0].words in text


def test_the_lines_add_up() -> None:
    ledger = example()
    total = sum(line.tokens_per_s.estimate for line in ledger.lines)
    assert ledger.start_tokens_per_s - total == pytest.approx(ledger.end_tokens_per_s)
