"""How near `qdoctor predict` comes to published figures. Prints a Markdown table, failures included.

python benchmarks/predict.py [--write docs/accuracy-predict.md]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from doctor.performance.models import find_architecture
from doctor.performance.predict import predict
from doctor.performance.schedule import Job
from doctor.reporting.embedded import report_of_page
from doctor.schema.prediction import Prediction
from doctor.schema.rates import Interval
from doctor.schema.report import Report
from doctor.schema.setup import EngineSettings, Model, Sampling, Setup, Software, Workload

DATA = Path(__file__).parent / "data"
SAMPLES = DATA.parents[1] / "docs" / "samples"
CHECKS = (
    ("qwen1.5-7b-h200.html", "h200", "Qwen1.5-7B on one H200, vLLM 0.22.1"),
    ("qwen1.5-7b-h100.html", "h100-sxm", "Qwen1.5-7B on one H100, vLLM 0.22.1"),
    ("qwen2.5-7b-h100.html", "h100-sxm", "Qwen2.5-7B (512 in, 256 out) on one H100, vLLM 0.22.1"),
)
"""Reports of checks on real cards, with their raw runs; the card; what stands over the table."""
MARK = "<!-- table: written by benchmarks/predict.py -->"


def setup_of(case: dict[str, Any]) -> Setup:
    """The setup of one published figure."""
    return Setup(
        model=Model(name=case["model"], architecture=find_architecture(case["model"])),
        software=Software(version=case["version"]),
        sampling=Sampling(**case.get("sampling", {})),
        workload=Workload(
            input_len=case["input_len"],
            output_len=case["output_len"],
            num_prompts=case["num_prompts"],
            max_concurrency=case.get("max_concurrency"),
            request_rate_per_s=case.get("request_rate"),
        ),
    )


def row(case: dict[str, Any]) -> tuple[str, float, bool]:
    """A line of the table, the relative error, and whether the interval holds the figure."""
    found = predict(setup_of(case), case["gpu"], usage=case.get("usage"))
    interval = found.total_tokens_per_s if case["counts"] == "total" else found.output_tokens_per_s
    error = interval.estimate / case["value"] - 1
    inside = holds(interval, case["value"])
    remark = "; ".join(
        x for x in (case.get("role"), "mean lengths" if case.get("lengths") else "", case.get("note")) if x
    )
    predicted = f"{interval.estimate:.0f} ({interval.low:.0f} to {interval.high:.0f})"
    line = (
        f"| {case['id']} | {case['source']} | {case['value']:g} {case['counts']} | {predicted}"
        f" | {error:+.1%} | {'yes' if inside else '**no**'} | {remark} |"
    )
    return line, error, inside


def holds(interval: Interval, value: float) -> bool:
    """Whether the value lies in the interval."""
    assert interval.low is not None
    assert interval.high is not None
    return interval.low <= value <= interval.high


def trace() -> tuple[list[str], Prediction]:
    """The recorded run, request by request."""
    data = json.loads((DATA / "rtx-pro-6000-llama-3.1-8b.json").read_text())
    jobs = [Job(int(i), int(o), float(t)) for t, i, o in data["rows"]]
    setup = Setup(
        model=Model(name="llama-3.1-8b", architecture=find_architecture("llama-3.1-8b")),
        software=Software(version=data["vllm_version"]),
        workload=Workload(input_len=1, output_len=1, num_prompts=len(jobs)),
        engine=EngineSettings(
            max_num_seqs=data["max_num_seqs"], max_num_batched_tokens=data["max_num_batched_tokens"]
        ),
    )
    found = predict(setup, "rtx-pro-6000", jobs=jobs)
    seen = data["measured"]
    pairs = (
        ("total tokens/s", seen["total_tok_per_s"], found.rates.total_tokens_per_s),
        ("output tokens/s", seen["output_tok_per_s"], found.rates.output_tokens_per_s),
        ("mean TPOT, ms", seen["mean_tpot_s"] * 1e3, found.mean_tpot_s * 1e3),
        ("mean TTFT, s", seen["mean_ttft_s"], found.mean_ttft_s),
    )
    lines = ["| trace, vLLM 0.19.0 | measured | predicted | error |", "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {a:.1f} | {b:.1f} | {b / a - 1:+.1%} |" for name, a, b in pairs]
    inside = holds(found.total_tokens_per_s, seen["total_tok_per_s"])
    lines.append(f"\nThe interval of the total rate holds the measured one: {'yes' if inside else 'no'}.")
    return lines, found


def ablations(page: str, gpu: str, heading: str) -> list[str]:
    """One card by qdoctor: each change of a setup as a factor on its rate, as it fell."""
    report = report_of_page((SAMPLES / page).read_text(encoding="utf-8"))
    assert isinstance(report, Report)
    assert report.plan is not None
    engines = {run.arm: run.engine for run in report.runs if run.engine}
    rows: list[tuple[str, float, Interval, int | None, int]] = []
    for arm, seen in zip(report.plan.arms, report.measurements, strict=True):
        engine = engines.get(arm.id)
        if seen.rates is None or engine is None:
            continue
        setup = arm.setup.model_copy(update={"software": Software(version=engine.vllm_version)})
        found = predict(setup, gpu, kv_cache_tokens=engine.kv_cache_tokens, usage="offline", flashinfer=False)
        rows.append(
            (
                arm.title,
                seen.rates.output_tokens_per_s,
                found.output_tokens_per_s,
                seen.preemptions,
                found.preemptions,
            )
        )
    lines = [
        f"| {heading} | measured, output tok/s | predicted (95 %) | error | factor, measured"
        " | factor, predicted | preemptions, measured and predicted |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    _, base, base_predicted, _, _ = rows[0]
    for title, measured, interval, preempted, predicted in rows:
        lines.append(
            f"| {title} | {measured:.0f} | {interval.estimate:.0f} ({interval.low:.0f} to"
            f" {interval.high:.0f}) | {interval.estimate / measured - 1:+.1%} | {measured / base:.3f}"
            f" | {interval.estimate / base_predicted.estimate:.3f} | {preempted}, {predicted} |"
        )
    return lines


def speed() -> str:
    """What a prediction costs."""
    case = setup_of(yaml.safe_load((DATA / "published.yaml").read_text())[1])
    predict(case, "a100")
    start = time.perf_counter()
    predict(case, "a100")
    spent = (time.perf_counter() - start) * 1e3
    return f"1000 requests of 1000/1000, second call in one process: {spent:.0f} ms."


def table() -> str:
    """Everything as Markdown."""
    cases = yaml.safe_load((DATA / "published.yaml").read_text())
    lines, _ = trace()
    for check in CHECKS:
        lines += ["", *ablations(*check)]
    lines += ["", "| figure | source | published | predicted (95 %) | error | in interval | remark |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    judged: list[tuple[float, bool]] = []
    for case in cases:
        line, error, inside = row(case)
        lines.append(line)
        if "role" not in case:
            judged.append((error, inside))
    near = sum(abs(error) <= 0.15 for error, _ in judged)
    held = sum(inside for _, inside in judged)
    lines.append(
        f"\n{near} of {len(judged)} published figures within 15 %, {held} of {len(judged)} within their"
        " interval. Rows whose remark begins with a role are not counted."
    )
    return "\n".join([*lines, "", speed()])


def main() -> None:
    """Print the table, or put it into a document at its mark."""
    text = table()
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        path = Path(sys.argv[2])
        head = path.read_text().split(MARK)[0]
        path.write_text(f"{head}{MARK}\n\n{text}\n")
    print(text)


if __name__ == "__main__":
    main()
