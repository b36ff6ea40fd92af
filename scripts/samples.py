"""Make docs/samples: a report of each kind, with the commands that the README shows, and its picture.

Run from the top of a checkout: ``python scripts/samples.py``. The checks run on the real engine (its
CPU build; five minutes), so the numbers differ a little each time. Figures of the picture need Chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "docs" / "samples"
IMAGES = ROOT / "docs" / "images"
REFERENCE = "qwen1.5-7b-chat-a100-80g"
ISSUE = SAMPLES / "issue.md"
"""The text that the diagnosis reads; written for this purpose."""
CHECK = (
    "check", "--reference", REFERENCE, "--observed", "1000", "--observed-counts", "output", "--budget", "4m",
)  # fmt: skip
SLOW = ("--max-concurrency", "24", "--top-p", "0.85")
FIXED = ("--top-p", "0.85")
FOUND_A_GAP = (0, 1)
"""Exit codes that are results; 2 is a failure."""


def qdoctor(folder: Path, *arguments: str) -> None:
    """Run one command as a user would, in ``folder``; stops at a failure."""
    command = (sys.executable, "-c", "from doctor.cli import main; main()", *arguments)
    sys.stderr.write(f"qdoctor {' '.join(arguments)}\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in FOUND_A_GAP:
        sys.exit(f"qdoctor {arguments[0]} ended with {done.returncode}")


def make(folder: Path) -> None:
    """All four kinds, each in a folder of its own."""
    shutil.copy(ISSUE, folder / ISSUE.name)
    qdoctor(
        folder,
        "diagnose",
        ISSUE.name,
        "--observed",
        "1000",
        "--reference",
        REFERENCE,
        "--output",
        "diagnosis",
    )
    qdoctor(folder, "predict", "--reference", REFERENCE, "--output", "prediction")
    qdoctor(folder, *CHECK, *SLOW, "--output", "check")
    qdoctor(folder, *CHECK, *FIXED, "--output", "fixed")
    qdoctor(folder, "report", "compare", "check", "fixed", "--output", "comparison")


def without_our_paths(folder: Path) -> None:
    """Draw the reports again without the place of this checkout, which says nothing to anybody."""
    ours = {str(Path(sys.executable)): "python", sys.prefix: "venv", str(ROOT): "qdoctor"}
    for report in folder.glob("*/report.json"):
        text = report.read_text(encoding="utf-8")
        for path, instead in ours.items():
            text = text.replace(path, instead)
        report.write_text(text, encoding="utf-8")
        qdoctor(folder, "report", "render", report.parent.name)


def keep(folder: Path) -> None:
    """The pages and the Markdown, under their kinds."""
    for kind in ("check", "diagnosis", "prediction", "comparison"):
        for ending in ("html", "md"):
            shutil.copy(folder / kind / f"report.{ending}", SAMPLES / f"{kind}.{ending}")


def picture() -> None:
    """The first screen of the check and of the prediction, as the README shows them."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for kind, language, name in (("check", "en", "report.png"), ("check", "zh", "report-zh.png")):
            page = browser.new_page(viewport={"width": 1200, "height": 900}, device_scale_factor=1.25)
            page.goto((SAMPLES / f"{kind}.html").as_uri())
            page.locator(f"label:has(#language-{language})").click()
            box = page.locator(".front .ledger").first.bounding_box()
            assert box is not None
            height = box["y"] + box["height"] + 16
            page.set_viewport_size({"width": 1200, "height": round(height)})
            page.screenshot(path=IMAGES / name, clip={"x": 0, "y": 0, "width": 1200, "height": height})
        browser.close()


def main() -> None:
    """Make everything anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        without_our_paths(folder)
        keep(folder)
    picture()


if __name__ == "__main__":
    main()
