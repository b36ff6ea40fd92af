"""The page: one file, a pure view, harmless whatever the names are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from doctor.reporting.html import render_html
from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS, cpu_replica, gpu_measured, hostile, observed_only

VOID = {"meta", "link", "input", "img", "br", "hr", "wbr"}


class Page(HTMLParser):
    """Elements, attributes, visible text, and whether tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))


@pytest.fixture(scope="module", params=list(DOCUMENTS))
def page(request: pytest.FixtureRequest) -> Page:
    return Page(rendering.page(request.param))


def test_nothing_is_loaded(page: Page) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "formaction", "data", "poster", "srcset"):
            value = attributes.get(name) or ""
            allowed = (
                value.startswith("#") or value == "data:," or (tag == "a" and value.startswith("https://"))
            )
            assert not value or allowed, (tag, name, value)


def test_no_inline_handlers_or_styles(page: Page) -> None:
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_ids_are_unique_and_references_resolve(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "for"):
            assert (attributes.get(name) or ids[0]) in ids
        href = attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids


def test_one_first_heading_and_no_skipped_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_size(name: str) -> None:
    assert len(rendering.page(name).encode()) <= 500_000


def test_policy_allows_only_what_is_in_the_page() -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', render_html(observed_only()))
    assert policy
    assert "default-src &#39;none&#39;" in policy.group(1)
    assert "unsafe" not in policy.group(1)
    assert "http" not in policy.group(1)


def test_the_three_rates_of_both_figures() -> None:
    words = Page(render_html(cpu_replica())).words
    for text in ("1.149", "1149.4", "2298.89", "1.000", "1000", "2000", "87.0 %", "149.4", "13.0 %"):
        assert text in words, text


def test_no_bare_tokens_per_second() -> None:
    """Every tok/s or tokens/s says what it counts. Sources that are quoted are exempt."""
    words = Page(render_html(cpu_replica())).words
    ours = words.replace("Tokens/s over requests/s", "").replace("log-mean to tokens/s", "")
    ours = ours.replace("1298.89 tok/s that seem", "")
    for found in re.finditer(r"(\S+)\s(tok/s|tokens/s)", ours):
        assert found.group(1).endswith(("output", "total", "prompt")), found.group()


def test_replica_banners_stand_over_everything_a_replica_gave() -> None:
    html = render_html(cpu_replica())
    assert html.count('class="replica-banner"') >= 5
    assert 'class="replica-banner"' not in render_html(gpu_measured())


def test_missing_stages_are_said_to_be_missing() -> None:
    words = Page(render_html(observed_only())).words
    for text in (
        "No ledger",
        "Nothing was run",
        "No cause was judged",
        "Your setup was not given",
        "No arm was run",
    ):
        assert text in words, text


def test_failed_and_invalid_runs_tell_why() -> None:
    words = Page(render_html(gpu_measured())).words
    assert "CUDA out of memory" in words
    assert "asked were 1000 and 1000" in words


def test_hostile_names_stay_text() -> None:
    html = render_html(hostile())
    page = Page(html)
    assert sum(tag == "script" for tag, _ in page.elements) == 2
    assert not any(tag == "img" for tag, _ in page.elements)
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert not any((a.get("href") or "").startswith("javascript") for _, a in page.elements)
    assert "<script>window.qdoctorPwned" in page.words


def test_secrets_and_homes_do_not_leave() -> None:
    html = render_html(hostile())
    for secret in ("hf_abcdef", "hunter2", "/home/alice"):
        assert secret not in html


def test_same_report_same_page() -> None:
    assert render_html(gpu_measured()) == render_html(gpu_measured())


def test_opens_in_the_language_asked_for() -> None:
    html = render_html(observed_only(), language="zh")
    assert '<html lang="zh-Hans">' in html
    assert 'id="language-zh" checked' in html
    assert "首先该做什么" in html
