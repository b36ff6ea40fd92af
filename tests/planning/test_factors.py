from __future__ import annotations

from hypothesis import given

from doctor.causes.catalogue import load_causes
from doctor.planning.difference import differences
from doctor.planning.factors import factor_of, factors, grouped
from doctor.schema.paths import is_setting, setting_paths
from doctor.schema.plan import Difference
from doctor.schema.setup import Setup
from tests.planning.builders import REFERENCE, changed, setups


def row(path: str, factor: str | None = None) -> Difference:
    return Difference(
        path=path, reference=1, user=2, reference_origin="", user_origin="", factor=factor or factor_of(path)
    )


def test_every_load_and_sampling_setting_is_carried_by_a_factor() -> None:
    loose = [
        path
        for path in setting_paths()
        if path.startswith(("workload.", "sampling.", "engine.")) and factor_of(path) is None
    ]
    assert loose == []


def test_what_names_the_machine_is_told_and_not_measured() -> None:
    assert factor_of("hardware.accelerator") is None
    assert factor_of("software.version") is None
    assert factor_of("model.name") is None
    assert factor_of("engine.extra.swap_space") is None


def test_settings_that_belong_together_make_one_factor() -> None:
    user = changed(REFERENCE, sampling__temperature=0.7, sampling__top_p=0.85, workload__max_concurrency=1)
    found = factors(differences(REFERENCE, user, factor_of))
    assert [(factor.id, len(factor.changes)) for factor in found] == [("concurrency", 1), ("sampling", 2)]


@given(setups(), setups())
def test_every_carried_difference_is_in_exactly_one_factor(reference: Setup, user: Setup) -> None:
    rows = differences(reference, user, factor_of)
    in_factors = [change.path for factor in factors(rows) for change in factor.changes]
    assert sorted(in_factors) == sorted(one.path for one in rows if one.factor)


def test_grouping_merges_by_resource_and_loses_no_change() -> None:
    rows = [
        row(path)
        for path in (
            "workload.output_len",
            "sampling.top_p",
            "workload.input_len",
            "sampling.n",
            "engine.enforce_eager",
            "sampling.logprobs",
        )
    ]
    assert all(is_setting(one.path) for one in rows)
    merged = grouped(factors(rows))
    assert [one.resource for one in merged] == ["tokens", "sampling", "execution"]
    assert merged[0].title == "Output length and Input length"
    assert sorted(change.path for one in merged for change in one.changes) == sorted(one.path for one in rows)
    assert merged[2].id == "execution"


def test_the_factors_that_causes_name_exist() -> None:
    named = {ablation.factor for cause in load_causes() for ablation in cause.ablations}
    known = {factor_of(path) for path in setting_paths()}
    assert named <= known
