"""Markdown made for an issue: whole, within the limit, and quiet towards other people."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from doctor.reporting.markdown import LIMIT, render_markdown
from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS, cpu_replica, gpu_measured


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_within_githubs_limit(name: str) -> None:
    assert len(rendering.markdown(name)) <= LIMIT


@pytest.mark.parametrize("name", DOCUMENTS)
def test_folds_are_closed_and_tables_are_even(name: str) -> None:
    text = rendering.markdown(name)
    assert text.count("<details>") == text.count("</details>")
    html = rendered(text)
    for body in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        counts = {row.count("<td") + row.count("<th") - row.count("<thead") for row in body.split("<tr>")[1:]}
        assert len(counts) == 1


def test_holds_what_a_maintainer_needs() -> None:
    text = render_markdown(gpu_measured())
    for part in (
        "1.149",
        "1149.4",
        "**2298.89**",
        "gpu_memory_utilization",
        "qdoctor check",
        "asked were 1000",
    ):
        assert part in text
    assert "CUDA out of memory" in text


def test_replica_is_named_wherever_it_speaks() -> None:
    assert render_markdown(cpu_replica()).count("Measured on a replica, not the published setup.") >= 3


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "hostile" in name])
def test_hostile_names_stay_text(name: str) -> None:
    text = rendering.markdown(name)
    html = rendered(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<h1" not in html
    assert "\x1b" not in text
    assert not re.search(
        r"@everyone", re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    )


def test_a_report_too_long_says_what_it_leaves_out() -> None:
    report = cpu_replica()
    runs = (
        tuple(run.model_copy(update={"engine_samples": (), "host_samples": ()}) for run in report.runs) * 30
    )
    text = render_markdown(report.model_copy(update={"runs": runs}))
    assert len(text) <= LIMIT
    assert "Left out to stay within GitHub's limit: runs." in text


def test_chinese() -> None:
    text = render_markdown(gpu_measured(), language="zh")
    assert "首先该做什么" in text
    assert "1149.4 output tok/s" in text
