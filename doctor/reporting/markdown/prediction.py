"""The report of a prediction in Markdown."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, code_span, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold, table
from doctor.reporting.markdown.curve import curve_table, split
from doctor.reporting.markdown.front import rate_table
from doctor.reporting.markdown.sections import Sections
from doctor.reporting.views.prediction import PredictionPage, predicted_sentence, prediction_page
from doctor.schema.prediction_report import PredictionReport


def prediction_sections(report: PredictionReport, words: Words) -> Sections:
    """The sentence and the rates first; then the curve, the parts, the devices, the setup."""
    page = prediction_page(report)
    title = report.reference.title if report.reference else report.setup.model.name
    sentence = " ".join(predicted_sentence(page, words))
    head = (
        f"## {for_markdown(title)}\n\n**{for_markdown(sentence)}**\n\n△ {words('Predicted, nothing was run')}"
    )
    return Sections(
        first=[head, rate_table(page.rates, words)],
        rest=[
            ("concurrency", _curve(page, words)),
            ("time", f"### {words('Where the time goes')}\n\n{split(page.prediction, words)}"),
            ("devices", _devices(report, words)),
            ("confirm", _confirm(page, words)),
            ("setup", _setup(page, words)),
            ("method", _method(page, words)),
            ("reproduce", f"### {words('How to reproduce it')}\n\n{code_block(page.command, 'sh')}"),
        ],
    )


def _curve(page: PredictionPage, words: Words) -> str:
    if page.chart is None:
        return ""
    return f"### {words('Output rate over requests in flight')}\n\n{curve_table(page.chart, words)}"


def _devices(report: PredictionReport, words: Words) -> str:
    head = (
        words("Device"),
        words("requests/s"),
        words("output tok/s"),
        words("95 % interval"),
        words("total tok/s"),
    )
    rows = [
        (
            for_markdown(told.device_name),
            numbers.rate(told.rates.requests_per_s),
            numbers.rate(told.rates.output_tokens_per_s),
            numbers.bounds(told.output_tokens_per_s) or "–",
            numbers.rate(told.rates.total_tokens_per_s),
        )
        for told in report.predictions
    ]
    rows += [(for_markdown(one.device), for_markdown(one.why), "–", "–", "–") for one in report.refused]
    return f"### {words('Device by device')}\n\n" + table(head, rows, right=(1, 2, 3, 4))


def _confirm(page: PredictionPage, words: Words) -> str:
    blocks = "\n\n".join(code_block(command, "sh") for command in page.report.confirm)
    return f"### {words('Confirm it')}\n\n{blocks}" if blocks else ""


def _setup(page: PredictionPage, words: Words) -> str:
    setup = page.report.setup
    values = {**setup.workload.model_dump(), **page.prediction.settings}
    rows = [("model", code_span(setup.model.name))]
    rows += [(name, code_span(numbers.scalar(value))) for name, value in values.items() if value is not None]
    return fold(words("The setup"), table((words("Setting"), words("Value")), rows))


def _method(page: PredictionPage, words: Words) -> str:
    told = page.prediction
    lines = [f"{words('Kernels')}: {told.kernel_source}", *told.warnings, *page.report.warnings]
    return fold(words("How it was computed"), bullets(lines))
