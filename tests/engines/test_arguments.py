from __future__ import annotations

from doctor.engines.arguments import engine_arguments, sampling_arguments, warm_up, workload_arguments
from doctor.schema.setup import EngineSettings, Model, Sampling, Setup, Workload

LOAD = Workload(input_len=1000, output_len=1000, num_prompts=96)


def setup(**changes: object) -> Setup:
    return Setup.model_validate({"model": Model(name="a-model"), "workload": LOAD, **changes})


def test_only_what_the_setup_states_is_handed_to_the_engine() -> None:
    assert engine_arguments(setup(), "/models/a", seed=7) == {
        "model": "/models/a",
        "seed": 7,
        "disable_log_stats": False,
    }


def test_stated_settings_keep_vllms_names_false_and_zero_included() -> None:
    engine = EngineSettings(enable_prefix_caching=False, max_num_seqs=8, extra={"swap_space": 0})
    arguments = engine_arguments(setup(engine=engine), "/models/a", seed=0)
    assert arguments["enable_prefix_caching"] is False
    assert arguments["max_num_seqs"] == 8
    assert arguments["swap_space"] == 0
    assert "extra" not in arguments


def test_dummy_weights_and_undecoded_outputs() -> None:
    dummy = setup(model=Model(name="a-model", weights="dummy"), sampling=Sampling(detokenize=False))
    arguments = engine_arguments(dummy, "/models/a", seed=0)
    assert arguments["load_format"] == "dummy"
    assert arguments["skip_tokenizer_init"] is True


def test_extra_arguments_cannot_turn_off_what_is_measured() -> None:
    engine = EngineSettings(extra={"disable_log_stats": True, "model": "another"})
    arguments = engine_arguments(setup(engine=engine), "/models/a", seed=0)
    assert arguments["disable_log_stats"] is False
    assert arguments["model"] == "/models/a"


def test_the_worker_gets_plain_values() -> None:
    assert sampling_arguments(Sampling(top_p=0.85, logprobs=5))["top_p"] == 0.85
    assert workload_arguments(LOAD)["num_prompts"] == 96


def test_warming_up_runs_as_many_together_and_is_short() -> None:
    at_once = warm_up(setup())
    assert (at_once["num_prompts"], at_once["output_len"], at_once["input_len"]) == (96, 8, 1000)
    one_by_one = warm_up(setup(workload=LOAD.model_copy(update={"max_concurrency": 1, "output_len": 4})))
    assert (one_by_one["num_prompts"], one_by_one["output_len"]) == (1, 4)
    slow = LOAD.model_copy(update={"request_rate_per_s": 0.01})
    assert warm_up(setup(workload=slow))["request_rate_per_s"] is None


def test_warming_up_takes_no_more_requests_than_the_engine_runs_at_once() -> None:
    capped = setup(engine=EngineSettings(max_num_seqs=32))
    assert warm_up(capped)["num_prompts"] == 32
