"""Redaction of records keeps what their types promise, whatever the user is called."""

from __future__ import annotations

import pytest

from doctor.redaction import Identity, at_home, redact_record, redactions
from doctor.redaction.typed import text_fields
from doctor.schema.request import CheckRequest, Override
from doctor.schema.run import EngineSample, Run
from doctor.schema.setup import Origin
from tests.checks.judging import environment_of

ALICE = Identity(users=("alice",), hosts=("box7",), homes=("/home/alice",))


def request(**fields: object) -> CheckRequest:
    return CheckRequest.model_validate(
        {"reference": "a-run", "engine_python": "/usr/bin/python3", "budget_s": 60.0, **fields}
    )


def test_texts_go_through_and_numbers_stay() -> None:
    run = Run(
        arm="reference", repeat=0, engine_start=0, position=0, status="failed", wall_s=1.5,
        reason="no such file: /home/alice/models", log_tail=("on box7", "HF_TOKEN=hf_abcdefghijklmnopqrst"),
        output_tokens=(1, 2), engine_samples=(EngineSample(t_s=1.0, output_tokens=3),),
    )  # fmt: skip
    clean = redact_record(run, ALICE)
    assert clean.reason == "no such file: <home>/models"
    assert clean.log_tail == ("on <host>", "HF_TOKEN=<secret>")
    assert (clean.output_tokens, clean.engine_samples, clean.wall_s) == ((1, 2), run.engine_samples, 1.5)
    assert redactions(clean) == {"secret": 1, "host name": 1, "home path": 1}
    assert redact_record(clean, ALICE) == clean


@pytest.mark.parametrize("name", ["reference", "output", "failed", "user", "engine", "workload", "a-run"])
def test_a_user_whose_name_is_a_word_of_ours_breaks_nothing(name: str) -> None:
    identity = Identity(users=(name,), hosts=(name,))
    run = Run(arm=name, repeat=0, engine_start=0, position=0, status="failed")
    assert redact_record(run, identity) == run
    asked = request(
        observed_counts="output",
        overrides={"workload.output_len": Override(value=8, origin=Origin(kind="user", note="--output-len"))},
    )
    clean = redact_record(asked, identity)
    assert type(asked).model_validate_json(clean.model_dump_json()) == clean
    assert list(clean.overrides) == ["workload.output_len"]


def test_variables_and_packages_are_told_apart_by_their_names() -> None:
    environment = environment_of(
        packages={"nvidia-cublas-cu12": "12.8.4.1"},
        engine_environment={"VLLM_HOST_IP": "10.1.2.3", "HF_HOME": "/home/alice/hf"},
        notes=("host 12.8.4.1 said no",),
    )
    clean = redact_record(environment, ALICE)
    assert clean.packages == {"nvidia-cublas-cu12": "12.8.4.1"}
    assert clean.engine_environment == {"VLLM_HOST_IP": "<ip>", "HF_HOME": "<home>/hf"}
    assert clean.notes == ("host <ip> said no",)


def test_a_secret_in_the_word_after_its_option_goes() -> None:
    clean = redact_record(request(command=("qdoctor", "--hf-token", "abc", "--seed", "1")), ALICE)
    assert clean.command == ("qdoctor", "--hf-token", "<secret>", "--seed", "1")


def test_records_of_numbers_are_not_walked() -> None:
    assert text_fields(EngineSample) == ()
    assert "status" not in text_fields(Run)
    assert "engine_samples" not in text_fields(Run)
    assert "log_tail" in text_fields(Run)


def test_a_kept_path_is_found_again_on_the_same_machine() -> None:
    asked = request(engine_python="/home/alice/venv/bin/python", model_path="/data/alice/qwen")
    clean = redact_record(asked, ALICE)
    assert at_home(clean.engine_python, "/home/alice") == "/home/alice/venv/bin/python"
    assert at_home(clean.engine_python, "/home/bob") == "/home/bob/venv/bin/python"
    assert at_home(str(clean.model_path), "/home/alice") is None  # it was named after its owner
    assert at_home("/opt/python", "/home/alice") == "/opt/python"
