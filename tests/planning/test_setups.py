from __future__ import annotations

import pytest

from doctor.errors import UsageError
from doctor.planning.setups import same_model, user_setup
from doctor.references import load_reference, reference_setup
from doctor.schema.setup import Origin, Scalar

REFERENCE = reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))
FLAG = Origin(kind="user", note="--some-flag")


def test_only_what_was_said_differs_and_carries_its_origin() -> None:
    setup = user_setup(REFERENCE, {"workload.max_concurrency": (1, FLAG)})
    assert setup.workload.max_concurrency == 1
    assert setup.origins["workload.max_concurrency"] == FLAG
    assert setup.origins["workload.input_len"].kind == "published"
    assert (
        setup.model_copy(update={"workload": REFERENCE.workload, "origins": REFERENCE.origins}) == REFERENCE
    )


def test_no_overrides_no_change() -> None:
    assert user_setup(REFERENCE, {}) == REFERENCE


def test_extra_engine_arguments() -> None:
    setup = user_setup(REFERENCE, {"engine.extra.swap_space": (4, FLAG)})
    assert setup.engine.extra == {"swap_space": 4}


@pytest.mark.parametrize("name", ["/data/models/Qwen1.5-7B-Chat/", "qwen1.5-7b-chat", "Qwen/Qwen1.5-7B-Chat"])
def test_the_same_model_from_elsewhere_keeps_its_architecture(name: str) -> None:
    setup = user_setup(REFERENCE, {"model.name": (name, FLAG)})
    assert setup.model == REFERENCE.model


def test_another_model_has_not_the_references_architecture() -> None:
    setup = user_setup(REFERENCE, {"model.name": ("Qwen/Qwen2.5-7B-Instruct", FLAG)})
    assert setup.model.architecture is None
    assert not same_model("Qwen/Qwen1.5-7B", "Qwen/Qwen1.5-7B-Chat")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("workload.max_concurency", 1, "did you mean workload.max_concurrency?"),
        ("engine.input_len", 1, "did you mean workload.input_len?"),
        ("origins", 1, "is no setting"),
        ("model.architecture", None, "is no setting"),
        ("model.architecture.hidden_size", 8, "is no setting"),
        ("engine.extra.", 8, "is no setting"),
        ("", None, "is no setting"),
        ("\x1b[2J", None, "is no setting"),
        ("workload.input_len", None, "valid integer"),
        ("workload.input_len", -5, "between 1 and"),
        ("workload.input_len", 10**400, "between 1 and"),
        ("sampling.temperature", float("nan"), "must"),
        ("sampling.temperature", float("inf"), "must"),
        ("engine.enforce_eager", 1, "valid boolean"),
    ],
)
def test_what_cannot_stand_is_refused_in_words(path: str, value: Scalar, words: str) -> None:
    with pytest.raises(UsageError, match=r"--some-flag") as caught:
        user_setup(REFERENCE, {path: (value, FLAG)})
    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)
