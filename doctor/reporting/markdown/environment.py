"""The environment in Markdown: findings first, then the machine, the engines and the packages."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, code_span, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.markdown.blocks import bullets, fold, table
from doctor.reporting.views.page import Page
from doctor.schema.check import CheckResult


def environment(page: Page, words: Words) -> str:
    """What the checks found stands open, the rest folded."""
    found = "\n\n".join(_finding(check, words) for check in page.checks.findings)
    head = f"### {words('Environment')}\n\n{found}\n\n" if found else ""
    return head + fold(words("Environment"), _facts(page, words))


def _finding(check: CheckResult, words: Words) -> str:
    lines = [f"- **{for_markdown(words(check.title))}**: {for_markdown(check.summary)}"]
    if check.cost:
        lines.append(f"  {words('What it can cost')}: {for_markdown(check.cost.text)}")
    if check.remedy:
        lines.append(f"  {words('Remedy')}: {for_markdown(check.remedy.action)}")
        if check.remedy.command:
            block = code_block(check.remedy.command, "sh")
            lines.append("\n" + "\n".join(f"  {line}" for line in block.splitlines()))
    return "\n".join(lines)


def _facts(page: Page, words: Words) -> str:
    report = page.report
    facts = [
        *page.machine,
        *(fact for _, rows in page.gpus for fact in rows),
        *(fact for _, rows in page.engines for fact in rows),
    ]
    rows = [(for_markdown(words(fact.label)), code_span(fact.value)) for fact in facts]
    rows += [(code_span(name), code_span(version)) for name, version in report.environment.packages.items()]
    rows += [
        (code_span(name), code_span(numbers.scalar(value)))
        for name, value in report.environment.engine_environment.items()
    ]
    names = bullets(f"GPU {gpu.index}: {gpu.name}" for gpu, _ in page.gpus) or words("No GPU was found.")
    notes = bullets(report.environment.notes)
    parts = (notes, _redactions(page, words), names, table(("", ""), rows))
    return "\n\n".join(part for part in parts if part)


def _redactions(page: Page, words: Words) -> str:
    """What was taken out, by kind and count."""
    if page.report.provenance.unredacted:
        return words("Made with --no-redact: names, paths and addresses stand in this report.")
    taken = ", ".join(f"{words(kind)} × {count}" for kind, count in page.report.redacted.items())
    return f"{words('Taken out before this was written:')} {taken}" if taken else ""
