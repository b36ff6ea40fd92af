"""A stranger's reference, set-up or script never makes a check run code; only the user's own word does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from doctor.errors import UsageError
from doctor.pipeline.settling import NOTHING, Settled, settle
from doctor.references import load_reference
from doctor.schema.evidence import Evidence, Fact, Origin
from doctor.schema.request import CheckRequest, Override
from doctor.schema.setup import Origin as Where

SHIPPED = Path(__file__).parents[2] / "reference_runs" / "qwen1.5-7b-chat-a100-80g.yaml"
TRUST = "engine.extra.trust_remote_code"


def request(reference: str = "qwen1.5-7b-chat-a100-80g", **fields: object) -> CheckRequest:
    return CheckRequest.model_validate(
        {"reference": reference, "engine_python": "python", "budget_s": 60.0, **fields}
    )


def settled_by(asked: CheckRequest, evidence: Evidence = NOTHING) -> Settled:
    return settle(asked, load_reference(asked.reference), evidence)


@pytest.mark.parametrize("name", ["trust_remote_code", "worker_cls"])
def test_a_reference_that_assumes_code_is_refused(tmp_path: Path, name: str) -> None:
    content = yaml.safe_load(SHIPPED.read_text())
    asked = {"setting": f"engine.extra.{name}", "assumed": "evil.Worker", "why": "it is needed"}
    content["left_out"].append(asked)
    file = tmp_path / "strange.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(UsageError, match=f"{name} is not handed through"):
        settled_by(request(str(file)))


def test_a_set_up_that_asks_for_code_is_refused() -> None:
    asked = {TRUST: Override(value=True, origin=Where(kind="user", note="setup.yaml"))}
    with pytest.raises(UsageError, match="trust_remote_code is not handed through"):
        settled_by(request(overrides=asked))


def test_a_script_that_asks_for_code_is_read_without_it() -> None:
    origin = Origin(file="run.py", line=3)
    facts = (
        Fact(path=TRUST, value=True, origin=origin),
        Fact(path="engine.extra.swap_space", value=4, origin=origin),
        Fact(path="engine.max_num_seqs", value=64, origin=origin),
    )
    settled = settled_by(request(), Evidence(settings=facts))
    assert settled.user is not None
    assert settled.user.engine.max_num_seqs == 64
    assert settled.user.engine.extra == {"swap_space": 4}


def test_the_user_may_ask_for_it() -> None:
    settled = settled_by(request(trust_remote_code=True))
    assert settled.target.engine.extra == {"trust_remote_code": True}
    assert settled_by(request()).target.engine.extra == {}
