from __future__ import annotations

import math

import pytest
from scipy import stats

from doctor.attribution.ends import End
from doctor.attribution.ledger import build_ledger
from tests.attribution.tables import make_factors, table

RATES = {"": 1000.0, "a": 500.0}


def test_the_observed_figures_own_noise_widens_what_is_unexplained() -> None:
    """The arm's log rate has sd 1 %, the observed one 2 %: together √5 %; t(10) 2.228."""
    (*_, exact) = build_ledger(table(RATES), make_factors("a"), observed=End("seen", 400.0)).lines
    (*_, noisy) = build_ledger(table(RATES), make_factors("a"), observed=End("seen", 400.0, 0.02)).lines
    t = float(stats.t.ppf(0.975, 10))
    for line, sd in ((exact, 0.01), (noisy, math.sqrt(5) * 0.01)):
        assert line.factor is not None
        assert line.factor.low is not None
        assert line.factor.estimate == pytest.approx(0.8)
        assert math.log(line.factor.estimate / line.factor.low) == pytest.approx(t * sd)
    assert noisy.tokens_per_s.low is not None
    # In tok/s the arm's noise is 1 % of 500, the figure's 2 % of 400.
    assert 100 - noisy.tokens_per_s.low == pytest.approx(t * math.hypot(5.0, 8.0))
