"""The report of a diagnosis in Markdown."""

from __future__ import annotations

from doctor.reporting.escape import code_block, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold
from doctor.reporting.markdown.body import finding_text
from doctor.reporting.markdown.forecast import forecast
from doctor.reporting.markdown.front import ledger_text, rate_table
from doctor.reporting.markdown.sections import Sections
from doctor.reporting.views.diagnosis import DiagnosisPage, diagnosis_page
from doctor.reporting.views.verdict import retold_counting
from doctor.schema.diagnosis_report import DiagnosisReport


def diagnosis_sections(report: DiagnosisReport, words: Words) -> Sections:
    """The verdict and what would decide most first; then every cause with its lines."""
    page = diagnosis_page(report)
    told = report.diagnosis
    return Sections(
        first=[
            _verdict(page, words),
            rate_table(page.rates, words) if page.rates else "",
            *(ledger_text(view, words) for view in page.falls),
            _decides(page, words),
        ],
        rest=[
            ("forecast", forecast(page.expectations, page.forecast, words)),
            ("candidates", _candidates(page, words)),
            (
                "excluded",
                fold(
                    f"{words('Ruled out')} ({len(told.ruled_out)})",
                    bullets(f"{words(one.title)}: {one.summary}" for one in told.ruled_out),
                )
                if told.ruled_out
                else "",
            ),
            ("undecided", _undecided(page, words)),
            ("read", _read(page, words)),
            ("reproduce", f"### {words('How to reproduce it')}\n\n{code_block(page.command, 'sh')}"),
        ],
    )


def _verdict(page: DiagnosisPage, words: Words) -> str:
    report, told = page.report, page.report.diagnosis.verdict
    title = report.reference.title if report.reference else words("Diagnosis from evidence alone")
    own = told.sentence
    if words.language != "en" and page.accounting:
        own = retold_counting(page.accounting, words) or own
    lines = [f"## {for_markdown(title)}", "", f"**{for_markdown(own)}**"]
    if told.details:
        lines += ["", bullets(told.details)]
    return "\n".join(lines)


def _decides(page: DiagnosisPage, words: Words) -> str:
    told = page.report.diagnosis.would_decide
    return f"**{words('Send this next, it decides most')}.** {for_markdown(told)}" if told else ""


def _candidates(page: DiagnosisPage, words: Words) -> str:
    told = page.report.diagnosis.candidates
    head = f"### {words('What the evidence shows')}\n\n"
    if not told:
        return head + words("The evidence shows no cause.")
    return head + "\n\n".join(
        f"{place}. {finding_text(item.finding, words, item.stands_on)}" for place, item in enumerate(told, 1)
    )


def _undecided(page: DiagnosisPage, words: Words) -> str:
    told = page.report.diagnosis.undecided
    title = f"{words('Not decided')} ({len(told)})"
    return fold(title, for_markdown(", ".join(words(one.title) for one in told))) if told else ""


def _read(page: DiagnosisPage, words: Words) -> str:
    told = page.report.diagnosis
    lines = [*told.read, *(f"{words('Not read')}: {one.origin}: {one.why}" for one in told.unread)]
    return fold(words("What was read"), bullets(lines)) if lines else ""
