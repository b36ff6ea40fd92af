"""Causes as judged in the samples."""
# ruff: noqa: E501 - sentences of a report stay whole

from __future__ import annotations

from doctor.schema.finding import EvidenceLine, Finding, Remedy
from tests.reporting.samples.shares import around

CPU_FINDINGS = (
    Finding(
        cause="insufficient-concurrency",
        title="Too few requests at once",
        family="client load",
        status="confirmed",
        summary="One request in flight; the reference hands over all at once. Decoding one sequence reads all weights for one token.",
        effect=around(0.1404, 0.007),
        basis="replica",
        factor="concurrency",
        evidence=(
            EvidenceLine(
                text="max_concurrency is 1; the reference does not limit it",
                speaks="for",
                source="difference of the setups",
            ),
            EvidenceLine(
                text="running never exceeded 1 while 63 requests waited",
                speaks="for",
                source="arm user, repeats 1 to 3",
            ),
            EvidenceLine(text="the reference arm held 64 running", speaks="context", source="arm reference"),
        ),
        remedy=Remedy(
            action="Remove --max-concurrency, or set it to at least 64.",
            verify_command="qdoctor check --max-concurrency 64",
        ),
    ),
    Finding(
        cause="sampling-cost",
        title="Sampling is more costly than the reference's",
        family="sampling",
        status="confirmed",
        summary="top_p 0.85 with top_k 50 sorts the vocabulary for every token.",
        effect=around(0.433, 0.021),
        basis="replica",
        factor="sampling",
        evidence=(
            EvidenceLine(
                text="top_p 0.85 against 1.0, top_k 50 against off",
                speaks="for",
                source="difference of the setups",
            ),
            EvidenceLine(
                text="a 32000-token vocabulary makes the sort cheaper than the reference's 151936",
                speaks="against",
                source="replica",
            ),
        ),
        remedy=Remedy(action="Set top_p 1.0 and drop top_k."),
    ),
    Finding(
        cause="token-accounting",
        title="The figures count different tokens",
        family="measurement",
        status="confirmed",
        summary="The published 2298.89 counts prompt and output tokens, yours output only.",
        basis="computed",
        evidence=(
            EvidenceLine(
                text="2298.89 ÷ 1.15 = 1999 tokens per request = 1000 in + 1000 out",
                speaks="for",
                source="reference run",
            ),
        ),
    ),
    Finding(
        cause="length-mismatch",
        title="Delivered lengths differ from the asked ones",
        family="measurement",
        status="ruled out",
        summary="Every request delivered what was asked.",
        evidence=(
            EvidenceLine(
                text="64 of 64 requests: 64 prompt and 64 output tokens",
                speaks="against",
                source="all valid runs",
            ),
        ),
    ),
    Finding(
        cause="kv-memory",
        title="Too little KV cache memory",
        family="scheduler and memory",
        status="ruled out",
        summary="No preemption; peak use 14 % of the blocks.",
        effect=around(0.221, 0.011),
        basis="replica",
        evidence=(EvidenceLine(text="preemptions 0, peak KV use 14 %", speaks="against", source="arm user"),),
    ),
    Finding(
        cause="gpu-variant",
        title="Another variant of the GPU",
        family="platform",
        status="inconclusive",
        summary="The publication does not say SXM or PCIe; your GPU is not known.",
        evidence=(
            EvidenceLine(text="A100 SXM 2039 GB/s, PCIe 1935 GB/s", speaks="context", source="data sheets"),
        ),
    ),
    Finding(
        cause="power-cap",
        title="Power cap",
        family="platform",
        status="not applicable",
        summary="There is no GPU on this machine.",
    ),
    Finding(
        cause="host-cpu",
        title="The engine waits for the CPU",
        family="host",
        status="error",
        summary="The check stopped: /proc/pressure/cpu could not be read (permission denied).",
    ),
)
