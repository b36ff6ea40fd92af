"""The page in a real browser: silent, accessible, harmless, readable without scripts, printable."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, sync_playwright

from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

CHARTS = {
    "cpu-replica": (".rates", ".fall .bar", ".trace", ".dots .glyph"),
    "gpu-measured": (".rates", ".fall .bar", ".trace", ".dots .glyph", ".predicted-line", ".split .bar"),
    "observed-only": (".rates",),
    "diagnosis": (".rates", ".fall .bar"),
    "prediction": (".rates", ".predicted-line", ".curve .glyph", ".split .bar"),
    "comparison": (".front-sides", ".dots .glyph"),
}
"""What each page draws."""
OPEN_ALL = "document.querySelectorAll('main details').forEach(e => { e.open = true; e.hidden = false; })"
OPEN_SOME = """
    const seen = new Set();
    for (const e of document.querySelectorAll('main details')) {
        if (seen.has(e.className) && e.className) e.remove();
        else { seen.add(e.className); e.open = true; e.hidden = false; }
    }
"""
"""One of each kind of fold: forty alike ones take axe forty times as long and show it nothing new."""
AXE_RUN = "axe.run(document, {resultTypes: ['violations']})"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: run scripts/install_browser_tools.sh"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    paths = {}
    for name in DOCUMENTS:
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(rendering.page(name), encoding="utf-8")
    return paths


class Visit:
    """A page opened with everything that it asks for and complains about written down."""

    def __init__(self, browser: Browser, path: Path, **context: Any) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._seen)
        self.page.goto(path.as_uri())

    def _seen(self, route: Route) -> None:
        self.requests.append(route.request.url)
        route.continue_() if len(self.requests) == 1 else route.abort()

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_silent_and_never_wider_than_the_window(browser: Browser, pages: dict[str, Path], name: str) -> None:
    with Visit(browser, pages[name]) as visit:
        visit.page.evaluate(OPEN_ALL)
        for language in ("en", "zh"):
            visit.page.locator(f"label:has(#language-{language})").click()
            for width in (360, 1280):
                visit.page.set_viewport_size({"width": width, "height": 800})
                assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.evaluate("window.qdoctorPwned") is None
        assert visit.requests == [pages[name].as_uri()]
        assert visit.complaints == []


# The hostile pages have the elements of the others, and axe takes seconds a page: once each, and both
# colour schemes where contrast has most to go wrong.
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("cpu-replica", "dark"), ("gpu-measured", "light"), ("observed-only", "dark"), ("diagnosis", "light"),
        ("prediction", "dark"), ("comparison", "light"),
    ],
)  # fmt: skip
def test_axe_finds_nothing(browser: Browser, pages: dict[str, Path], name: str, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is missing: run scripts/install_browser_tools.sh")
    with Visit(browser, pages[name], color_scheme=scheme) as visit:
        visit.page.evaluate(OPEN_SOME)
        visit.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = visit.page.evaluate(AXE_RUN)
        told = [
            (v["id"], [node["target"] for node in v["nodes"]][:3], v["nodes"][0]["failureSummary"])
            for v in found["violations"]
        ]
        assert told == []


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if "hostile" not in name])
def test_reads_without_scripts(browser: Browser, pages: dict[str, Path], name: str) -> None:
    with Visit(browser, pages[name], java_script_enabled=False) as visit:
        page = visit.page
        assert page.locator("h1").is_visible()
        assert page.locator(".copy:visible, .chooser:visible, #save-json:visible").count() == 0
        for chart in CHARTS[name]:
            assert page.locator(chart).first.is_visible(), chart
        page.locator("label:has(#language-zh)").click()
        assert page.locator("h2:visible", has_text="如何复现").count() == 1
        page.locator("label:has(#theme-dark)").click()
        colour = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(colour) == "rgb(21, 23, 26)"


def test_cursor_zoom_and_chooser(browser: Browser, pages: dict[str, Path]) -> None:
    with Visit(browser, pages["gpu-measured"], viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        page.locator("#run-chooser").select_option("series-2")
        assert page.locator("#series-1").is_hidden()
        plot = page.locator("#series-2 .plot svg").first
        plot.scroll_into_view_if_needed()
        plot.focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#series-2 .readout:visible").count() > 3
        box = plot.bounding_box()
        assert box
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 40, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, middle)
        page.mouse.up()
        zoomed = plot.get_attribute("viewBox") or ""
        assert not zoomed.startswith("0 ")
        plot.dblclick()
        assert (plot.get_attribute("viewBox") or "").startswith("0 ")
        assert visit.complaints == []


def test_saves_the_report_that_it_holds(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    with Visit(browser, pages["gpu-measured"], accept_downloads=True) as visit:
        with visit.page.expect_download() as download:
            visit.page.locator("#save-json").click()
        download.value.save_as(tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert text.startswith('{"schema_version":1')


# Sheets that each page takes, with one to spare: a layout that breaks in print shows here first.
@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("name", "most"), [("cpu-replica", 14), ("prediction", 5), ("comparison", 5)])
def test_prints(
    browser: Browser, pages: dict[str, Path], name: str, most: int, paper: str, tmp_path: Path
) -> None:
    with Visit(browser, pages[name]) as visit:
        printed = visit.page.pdf(format=paper, path=tmp_path / "page.pdf", prefer_css_page_size=False)
        sheets = (
            printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ") or printed.count(b"/Type/Page")
        )
        assert 1 <= sheets <= most
        visit.page.emulate_media(media="print")
        assert visit.page.locator(".switches").is_hidden()
        visit.page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 688
