"""What files say of a setup and a rate, beside and below what flags say."""

from __future__ import annotations

from pathlib import Path

from doctor.pipeline.reading import evidence_of, settings_of
from doctor.pipeline.settling import settle
from doctor.references import load_reference
from doctor.rundir import RunDirectory
from doctor.schema.request import CheckRequest, Override
from doctor.schema.setup import Origin

REFERENCE = load_reference("qwen1.5-7b-chat-a100-80g")

SCRIPT = """\
from vllm import LLM, SamplingParams
import time
llm = LLM(model="Qwen/Qwen1.5-7B-Chat", max_num_seqs=32)
params = SamplingParams(temperature=0.7, top_p=0.8, max_tokens=1000, ignore_eos=True)
begin = time.time()
outputs = llm.generate(prompts, params)
print(sum(len(o.outputs[0].token_ids) for o in outputs) / (time.time() - begin), "tokens/s")
"""
RESULT = '{"elapsed_time": 20.0, "num_requests": 16, "total_num_tokens": 18432, "requests_per_second": 0.8, '
RESULT += '"tokens_per_second": 921.6}'


def request(folder: Path, **files: str) -> CheckRequest:
    paths = []
    for name, content in files.items():
        (folder / name).write_text(content)
        paths.append(str(folder / name))
    return CheckRequest(
        reference=REFERENCE.id,
        engine_python="python",
        budget_s=60.0,
        evidence_files=tuple(paths),
    )


def test_a_scripts_settings_are_the_users(tmp_path: Path) -> None:
    asked = request(tmp_path, script=SCRIPT)
    with RunDirectory(tmp_path / "run") as directory:
        settled = settle(asked, REFERENCE, evidence_of(asked, directory))
    assert settled.user is not None
    assert (settled.user.engine.max_num_seqs, settled.user.sampling.top_p) == (32, 0.8)
    assert "script" in settled.user.origins["sampling.top_p"].note
    assert settled.user.workload.output_len == 1000


def test_flags_stand_over_files(tmp_path: Path) -> None:
    asked = request(tmp_path, script=SCRIPT)
    flag = Override(value=0.5, origin=Origin(kind="user", note="--top-p"))
    asked = asked.model_copy(update={"overrides": {"sampling.top_p": flag}})
    with RunDirectory(tmp_path / "run") as directory:
        settled = settle(asked, REFERENCE, evidence_of(asked, directory))
    assert settled.user is not None
    assert settled.user.sampling.top_p == 0.5


def test_a_results_rate_is_the_observed_one_unless_it_is_given(tmp_path: Path) -> None:
    asked = request(tmp_path, result=RESULT)
    with RunDirectory(tmp_path / "run") as directory:
        evidence = evidence_of(asked, directory)
    accounting = settle(asked, REFERENCE, evidence).accounting
    assert (accounting.observed_value, accounting.chosen) == (921.6, "total")
    given = asked.model_copy(update={"observed": 500.0, "observed_counts": "output"})
    assert settle(given, REFERENCE, evidence).accounting.observed_value == 500.0


def test_what_was_read_once_is_kept(tmp_path: Path) -> None:
    asked = request(tmp_path, script=SCRIPT)
    with RunDirectory(tmp_path / "run") as directory:
        first = evidence_of(asked, directory)
        (tmp_path / "script").unlink()
        assert settings_of(evidence_of(asked, directory)) == settings_of(first)


def test_without_files_nothing_is_said(tmp_path: Path) -> None:
    asked = request(tmp_path)
    with RunDirectory(tmp_path / "run") as directory:
        assert settle(asked, REFERENCE, evidence_of(asked, directory)).user is None
        assert not directory.has("evidence")
