"""The end of the Markdown report: publication, method, reproduction, runs."""

from __future__ import annotations

from doctor.reporting import numbers
from doctor.reporting.escape import code_block, code_span, for_markdown
from doctor.reporting.language import Words
from doctor.reporting.links import safe_link
from doctor.reporting.markdown.blocks import bullets, fold, replica_note, table
from doctor.reporting.views.page import Page
from doctor.reporting.views.runs import RunRow


def publication(page: Page, words: Words) -> str:
    """The source, and what it leaves out."""
    reference = page.report.reference
    link = safe_link(reference.citation.url)
    title = for_markdown(reference.citation.title)
    source = (
        f"[{title}](<{link}>)"
        if link and not set("<> ") & set(link)
        else f"{title} {code_span(reference.citation.url)}"
    )
    parts = [f"{source}, {for_markdown(reference.citation.published)}"]
    if reference.left_out:
        rows = [
            (
                code_span(item.setting),
                code_span(numbers.scalar(item.assumed))
                if item.assumed is not None
                else f"*{words('nothing')}*",
                for_markdown(item.why),
            )
            for item in reference.left_out
        ]
        parts.append(table((words("Setting"), words("Assumed"), words("Why")), rows))
    return fold(words("What the publication leaves out"), "\n\n".join(parts))


def method(page: Page, words: Words) -> str:
    """How the shares were computed, and the warnings."""
    lines = [f"{view.ledger.title}: {view.ledger.method}" for view in page.falls if view.ledger.method]
    parts = [bullets(lines)] if lines else []
    if page.report.warnings:
        parts.append(f"**{words('Warnings')}**\n\n{bullets(page.report.warnings)}")
    return fold(words("How it was computed"), "\n\n".join(parts)) if parts else ""


def reproduce(page: Page, words: Words) -> str:
    """The command, versions and the seed."""
    report = page.report
    facts = [f"qdoctor {report.provenance.qdoctor_version}", report.provenance.engine_tried]
    if report.plan:
        facts.append(
            words("seed {seed}, {repeats} repeats", seed=report.plan.seed, repeats=report.plan.rounds)
        )
    facts += [f"{words(name)} {digest}" for name, digest in page.hashes]
    told = for_markdown(", ".join(fact for fact in facts if fact))
    return f"### {words('How to reproduce it')}\n\n{code_block(page.command, 'sh')}\n\n{told}"


def runs(page: Page, words: Words) -> str:
    """Every run; failed and invalid ones with their reasons first."""
    if not page.runs:
        return words("Nothing was run.")
    parts = [replica_note(words)] if page.on_replica else []
    parts += [_trouble(row, words) for row in page.runs if row.run.status != "ok"]
    head = (
        "#",
        words("Arm"),
        words("repeat"),
        words("Status"),
        words("wall, s"),
        words("tokens in/out each"),
        words("output tok/s"),
    )
    parts.append(table(head, [_run(row, words) for row in page.runs], right=(0, 2, 4, 5, 6)))
    return fold(f"{words('Every run')} ({len(page.runs)})", "\n\n".join(parts))


def _run(row: RunRow, words: Words) -> tuple[str, ...]:
    run = row.run
    lengths = "–"
    if row.prompt_lengths and row.output_lengths:
        lengths = "/".join(
            "…".join(str(v) for v in sorted(set(span))) for span in (row.prompt_lengths, row.output_lengths)
        )
    status = {"ok": words("ok"), "invalid": words("invalid"), "failed": words("failed")}[run.status]
    return (
        str(run.position),
        for_markdown(words(row.title)),
        str(run.repeat + 1),
        status,
        f"{run.wall_s:.2f}" if run.wall_s is not None else "–",
        lengths,
        numbers.rate(row.rates.output_tokens_per_s) if row.rates else "–",
    )


def _trouble(row: RunRow, words: Words) -> str:
    reason = for_markdown(row.run.reason or words("No reason was recorded."))
    told = f"**{for_markdown(words(row.title))}**: {reason}"
    return f"{told}\n\n{code_block(chr(10).join(row.run.log_tail), 'text')}" if row.run.log_tail else told
