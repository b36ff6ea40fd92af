"""Whole issue texts, as users hand them in, in English and in Chinese: what each has to give."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from doctor.cli import cli
from doctor.schema.diagnosis import Diagnosis

ISSUES = Path(__file__).parents[1] / "evidence" / "samples" / "issues"


def diagnosed(name: str, *more: str) -> Diagnosis:
    result = CliRunner().invoke(cli, ["diagnose", str(ISSUES / f"{name}.md"), *more, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return Diagnosis.model_validate_json(result.output)


def told(name: str, *more: str) -> str:
    return CliRunner().invoke(cli, ["diagnose", str(ISSUES / f"{name}.md"), *more]).output


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("named", [(), ("--reference", "qwen1.5-7b-chat-a100-80g")])
def test_the_published_total_is_settled_first(language: str, named: tuple[str, ...]) -> None:
    diagnosis = diagnosed(f"identical-prompts.{language}", *named)
    # 2298.89 / 2 = 1149.445 output tokens/s; 1000 / 1149.445 = 0.87; 1 - 1000 / 2298.89 = 0.565.
    assert diagnosis.reference == "qwen1.5-7b-chat-a100-80g"
    assert diagnosis.reference_recognised is (not named)
    sentence = diagnosis.verdict.sentence
    assert "2298.89 tokens/s counts prompt and output tokens" in sentence
    assert "1149.4" in sentence
    assert "13% short of that, not 57%" in sentence
    assert diagnosis.remaining_ratio == pytest.approx(0.87, abs=1e-3)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_then_the_candidates_for_what_remains(language: str) -> None:
    diagnosis = diagnosed(f"identical-prompts.{language}")
    named = [item.finding.cause for item in diagnosis.candidates]
    assert named[0] == "token-accounting-total-vs-output"
    rest = {"num-prompts-too-small", "top-k-top-p-sort", "prefix-cache-inflates-reference"}
    assert set(named[1:4]) == rest
    tail = next(item for item in diagnosis.candidates if item.finding.cause == "num-prompts-too-small")
    # 80 GiB × 0.9 less 14.4 GiB of weights and 2 GiB, at 512 KiB a token: 57 sequences of 2000 tokens.
    assert "100 requests against some 57 that the KV memory holds" in tail.finding.summary
    alike = next(one for one in diagnosis.ruled_out if one.cause == "kv-cache-limited-concurrency")
    assert "both runs alike" in alike.summary
    for item in diagnosis.candidates[:4]:
        assert item.finding.remedy is not None
        assert item.finding.remedy.verify_command.startswith(
            "qdoctor check --reference qwen1.5-7b-chat-a100-80g"
        )
    assert "--top-p 0.85 --num-prompts 100 --identical-prompts" in diagnosis.check_command


SCRIPT = """\
import time
from vllm import LLM, SamplingParams

prompts = ["1" * 1000] * 100
sampling_params = SamplingParams(top_p=0.85, max_tokens=1000, ignore_eos=True)
llm = LLM(model="Qwen/Qwen1.5-7B-Chat")
start = time.time()
outputs = llm.generate(prompts, sampling_params)
elapsed = time.time() - start
print(sum(len(one.outputs[0].token_ids) for one in outputs) / elapsed, "tokens/s")  # about 1000 tokens/s
"""


def test_the_script_alone_gives_the_same_in_every_form(tmp_path: Path) -> None:
    script, out = tmp_path / "run.py", tmp_path / "out"
    script.write_text(SCRIPT)
    reference = ("--reference", "qwen1.5-7b-chat-a100-80g", "--observed", "1000")
    arguments = ["diagnose", str(script), *reference]
    diagnosis = Diagnosis.model_validate_json(CliRunner().invoke(cli, [*arguments, "--json"]).output)
    assert [item.finding.cause for item in diagnosis.candidates[:4]] == [
        "token-accounting-total-vs-output",
        "top-k-top-p-sort",
        "num-prompts-too-small",
        "prefix-cache-inflates-reference",
    ]
    assert diagnosis.would_decide
    excluded = {one.cause for one in diagnosis.ruled_out}
    assert excluded >= {"insufficient-concurrency", "enforce-eager", "wrong-backend-hf", "lora-enabled"}
    assert CliRunner().invoke(cli, [*arguments, "-o", str(out)]).exit_code == 1
    for page in ("report.md", "report.html"):
        text = (out / page).read_text(encoding="utf-8")
        assert text.index("are 13% short of that, not 57%") < text.index("100 requests against some 57")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("eager.zh", "enforce-eager"),
        ("nvlink.zh", "tp-without-nvlink"),
        ("server.en", "max-num-seqs-cap"),
        ("one-request.zh", "single-stream-expectation"),
        ("small-cache.zh", "kv-cache-limited-concurrency"),
        ("moe-eager.en", "enforce-eager"),
        ("client.en", "client-cpu-bottleneck"),
        ("more-gpus.en", "tp-without-nvlink"),
        ("timed-start.en", "model-load-in-timed-region"),
        ("forced-gptq.zh", "quant-kernel-forced-slow"),
        ("stopped.en", "early-eos-stop"),
        ("request-rate.en", "request-rate-bound"),
        ("hot.en", "thermal-throttle"),
        ("drafts.zh", "spec-decode-loss"),
        ("upgrade.en", "version-regression"),
        ("loop.zh", "sequential-generate-loop"),
        ("capped.en", "max-num-seqs-cap"),
        ("json-mode.en", "guided-decoding"),
        ("container.zh", "cpu-quota-throttling"),
        ("logprobs.en", "logprobs"),
        ("small-cache.en", "kv-cache-limited-concurrency"),
        ("two-nodes.zh", "cross-node-tp"),
        ("power.en", "power-cap"),
        ("few-prompts.en", "num-prompts-too-small"),
        ("lora.zh", "lora-enabled"),
        ("pcie-cards.en", "gpu-variant-mismatch"),
        ("bitsandbytes.en", "quant-format-unoptimized"),
        ("samples.en", "n-sampling"),
        ("proxy.en", "client-concurrency-cap"),
        ("total-published.zh", "token-accounting-total-vs-output"),
        ("offload.en", "cpu-offload"),
    ],
)
def test_the_cause_comes_first(name: str, cause: str) -> None:
    diagnosis = diagnosed(name)
    assert diagnosis.verdict.outcome == "gap"
    assert diagnosis.candidates[0].finding.cause == cause


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("token-budget.en", "max-num-batched-tokens-low"),
        ("images.zh", "mm-preprocessing"),
        ("volta.en", "attention-backend-fallback"),
        ("wsl.en", "wsl"),
    ],
)
def test_the_cause_is_named_where_the_verdict_does_not_carry_it(name: str, cause: str) -> None:
    assert cause in [item.finding.cause for item in diagnosed(name).candidates[:2]]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("normal.en", "inconclusive"),
        ("vague.en", "inconclusive"),
        ("reproduced.en", "no gap"),
        ("requests.en", "no gap"),
        ("curious.en", "inconclusive"),
        ("thanks.en", "inconclusive"),
        ("reasonable.en", "inconclusive"),
        ("met.en", "no gap"),
        ("own-figure-inflated.en", "no gap"),
    ],
)
def test_nothing_is_blamed_where_nothing_is_demonstrated(name: str, outcome: str) -> None:
    verdict = diagnosed(name).verdict
    assert (verdict.outcome, verdict.exit_code) == (outcome, 0)


def test_the_log_stands_for_a_rate_that_nobody_states() -> None:
    observed = diagnosed("server.en").observed
    assert observed is not None
    # The median of 1221.7, 1219.0 and 1224.2.
    assert (observed.per_s, observed.quantity) == (1221.7, "output tokens")


def test_a_question_without_a_figure_to_compare_with_is_no_gap() -> None:
    diagnosis = diagnosed("normal.zh")
    assert (diagnosis.verdict.outcome, diagnosis.verdict.exit_code) == ("inconclusive", 0)
    assert diagnosis.verdict.sentence.startswith("No gap is demonstrated")
    assert "published one" in diagnosis.would_decide


@pytest.mark.parametrize("path", sorted(ISSUES.glob("*.??.md")), ids=lambda path: path.stem)
def test_the_terminal_text_is_short_and_starts_with_the_verdict(path: Path) -> None:
    from rich.cells import cell_len

    lines = told(path.stem).splitlines()
    diagnosis = diagnosed(path.stem)
    assert " ".join(lines[:4]).startswith(diagnosis.verdict.sentence[:60])
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) <= 90
