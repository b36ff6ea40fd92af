"""A page holds its report, whole."""

from __future__ import annotations

from random import Random

import pytest

from doctor.errors import InputError
from doctor.reporting import embedded
from doctor.reporting.embedded import report_of_page, script_block
from doctor.reporting.html import render_html
from doctor.reporting.redact import redacted
from doctor.schema.report import Report
from doctor.schema.run import Run
from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS, cpu_replica


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_gives_its_report_back(name: str) -> None:
    assert report_of_page(rendering.page(name)) == redacted(rendering.document(name))


def test_too_many_samples_are_thinned_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PACKED_LIMIT", 60_000)
    report = report_of_page(script_block(cpu_replica()))
    assert isinstance(report, Report)
    assert any("This page keeps" in warning for warning in report.warnings)
    assert len(report.runs) == len(cpu_replica().runs)
    assert report.runs[0].output_tokens == cpu_replica().runs[0].output_tokens


def test_a_long_noisy_check_stays_within_the_pages_size() -> None:
    random = Random(7)
    report = cpu_replica()
    noisy = tuple(noise(run, random) for run in report.runs for _ in range(2))
    page = render_html(report.model_copy(update={"runs": noisy}))
    assert len(page.encode()) <= 500_000
    kept = report_of_page(page)
    assert isinstance(kept, Report)
    assert len(kept.runs) == len(noisy)


def noise(run: Run, random: Random) -> Run:
    """The run as a real engine would tell it: every time with all its digits."""
    times = tuple(sorted(random.random() * 9 for _ in range(256)))
    samples = tuple(
        run.engine_samples[i % 60].model_copy(
            update={
                "t_s": i / 20 + random.random() / 99,
                "kv_cache_usage": random.random(),
                "output_tokens": i * 97,
            }
        )
        for i in range(150)
    )
    hosts = tuple(
        run.host_samples[i % 40].model_copy(
            update={"t_s": i / 20 + random.random() / 99, "cpu_engine_percent": 190 + random.random()}
        )
        for i in range(150)
    )
    return run.model_copy(
        update={
            "output_tokens": (64,) * 256, "prompt_tokens": (64,) * 256, "finished_s": times,
            "first_token_s": times, "engine_samples": samples, "host_samples": hosts,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "page", ["", "<html></html>", '<script type="application/json" id="qdoctor-report">{}</script>']
)
def test_other_pages_are_refused_with_advice(page: str) -> None:
    with pytest.raises(InputError) as refused:
        report_of_page(page)
    assert refused.value.next_step
