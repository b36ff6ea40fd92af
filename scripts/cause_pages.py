"""The parts of docs/causes/*.md that the causes themselves state: written anew, or compared.

    python scripts/cause_pages.py [--check]

What it is, how it shows and when the diagnosis is wrong are written by hand and stay as they are.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from pathlib import Path

from doctor.causes.catalogue import load_causes
from doctor.causes.confirm import confirm_command
from doctor.causes.contract import Cause
from doctor.schema.ablation import Ablation, Scale

PAGES = Path(__file__).parents[1] / "docs" / "causes"
BY_NO_RUN = (
    "By no run of ours: it is settled by reading or arithmetic, or by the same run with the change below."
)


def page_of(cause: Cause, text: str) -> str:
    """The page with its stated parts as the cause has them now."""
    sections = {
        "How it is measured": _measured(cause),
        "What to do": _remedy(cause),
        "Known effects": _effects(cause),
    }
    text = re.sub(r"^# .*$", f"# {cause.title}", text, count=1, flags=re.MULTILINE)
    needs = f"Judged from: {', '.join(f'`{need}`' for need in cause.needs)}."
    text = re.sub(r"^Judged from: (?:.|\n)*?\.$", _wrapped(needs), text, count=1, flags=re.MULTILINE)
    for name, body in sections.items():
        pattern = re.compile(rf"(^## {name}\n\n)(?:.|\n)*?(?=^## )", re.MULTILINE)
        text = pattern.sub(lambda match, body=body: f"{match[1]}{body}\n\n", text)
    return text


def _measured(cause: Cause) -> str:
    if not cause.ablations:
        return BY_NO_RUN
    lines = [_item(_ablation(ablation)) for ablation in cause.ablations]
    lines.append(f"\nThe ledger's line is that of the factor `{cause.factor}`.")
    return "\n".join(lines)


def _ablation(ablation: Ablation) -> str:
    changes = ", ".join(
        f"`{path}` × {value.times:g}" if isinstance(value, Scale) else f"`{path}` = `{value}`"
        for path, value in ablation.changes.items()
    )
    gpu = " GPU only." if ablation.requires == "gpu" else ""
    return f"`{ablation.id}`: {ablation.title}. {changes}.{gpu}"


def _remedy(cause: Cause) -> str:
    command = textwrap.indent(confirm_command(cause), "    ")
    return f"{_wrapped(cause.remedy.action)}\n\n{command}"


def _effects(cause: Cause) -> str:
    lines = []
    for effect in cause.effects:
        source = f"<{effect.source}>" if effect.source.startswith("http") else effect.source
        lines.append(_item(f"factor {effect.factor:.2f} on the rate: {effect.where} ({source})"))
    if cause.no_effect_known:
        lines.append(_wrapped(f"None that can be used. {cause.no_effect_known}"))
    return "\n".join(lines)


def _item(text: str) -> str:
    return textwrap.fill(
        f"- {text}", 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def main() -> int:
    """Write or compare; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which pages differ")
    check = parser.parse_args().check
    stale = []
    for cause in load_causes():
        path = PAGES / f"{cause.id}.md"
        text = path.read_text(encoding="utf-8")
        fresh = page_of(cause, text)
        if fresh != text:
            stale.append(path.name)
            if not check:
                path.write_text(fresh, encoding="utf-8")
    print(f"{len(stale)} pages {'differ' if check else 'written'}: {', '.join(stale) or 'none'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
