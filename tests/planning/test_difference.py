from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doctor.planning.difference import differences
from doctor.planning.factors import factor_of
from doctor.planning.setups import user_setup
from doctor.references import load_reference, reference_setup
from doctor.schema.setup import Origin, Scalar

REFERENCE = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))


def by_flag(name: str) -> Origin:
    return Origin(kind="user", note=name)


def test_equal_setups_do_not_differ() -> None:
    assert differences(REFERENCE, REFERENCE, factor_of) == ()


def test_a_row_tells_both_values_both_origins_and_the_factor() -> None:
    user = user_setup(REFERENCE, {"workload.output_len": (128, by_flag("--output-len"))})
    (row,) = differences(REFERENCE, user, factor_of)
    assert (row.path, row.reference, row.user) == ("workload.output_len", 1000, 128)
    assert row.reference_origin.startswith("published (Qwen1.5-MoE")
    assert row.user_origin == "user (--output-len)"
    assert row.factor == "output_length"


def test_a_setting_that_nobody_touched_is_an_engine_default() -> None:
    user = user_setup(
        REFERENCE,
        {
            "software.version": ("0.11.0", by_flag("--version")),
            "engine.async_scheduling": (True, by_flag("--async-scheduling")),
        },
    )
    rows = {row.path: row for row in differences(REFERENCE, user, factor_of)}
    assert rows["engine.async_scheduling"].reference_origin == "engine default"
    assert rows["software.version"].reference_origin.startswith("assumed (Not stated.")
    assert rows["software.version"].factor is None


def test_another_model_is_told_in_one_row_for_its_architecture() -> None:
    user = user_setup(REFERENCE, {"model.name": ("other/model", by_flag("--model"))})
    rows = {row.path: row for row in differences(REFERENCE, user, factor_of)}
    assert set(rows) == {"model.name", "model.architecture"}
    assert rows["model.architecture"].reference == "qwen2: 32 layers of 4096, 32/32 heads, vocabulary 151936"
    assert rows["model.architecture"].user is None


def test_handed_through_arguments_are_compared_too() -> None:
    user = user_setup(REFERENCE, {"engine.extra.enable_lora": (True, by_flag("--enable-lora"))})
    (row,) = differences(REFERENCE, user, factor_of)
    assert (row.path, row.reference, row.user) == ("engine.extra.enable_lora", None, True)


CHANGES: dict[str, st.SearchStrategy[Scalar]] = {
    "workload.input_len": st.integers(1, 5000),
    "workload.max_concurrency": st.none() | st.integers(1, 512),
    "sampling.top_p": st.floats(0.1, 1.0),
    "engine.enforce_eager": st.none() | st.booleans(),
    "engine.max_num_seqs": st.none() | st.integers(1, 2048),
    "hardware.accelerator": st.sampled_from(["A100", "H200", None]),
}


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_there_is_a_row_exactly_where_a_value_changed(changes: dict[str, Scalar]) -> None:
    user = user_setup(REFERENCE, {path: (value, by_flag("x")) for path, value in changes.items()})
    before = REFERENCE.model_dump()

    def old(path: str) -> Scalar:
        section, name = path.split(".")
        value: Scalar = before[section][name]
        return value

    expected = {path for path, value in changes.items() if value != old(path)}
    assert {row.path for row in differences(REFERENCE, user, factor_of)} == expected
