"""The page's words in English and Chinese, read from gettext catalogues."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from markupsafe import Markup, escape

from doctor import locations
from doctor.reporting.sentences import told_again

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
DOMAIN = "qdoctor"


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The catalogue of a language; English is the language of the messages themselves."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(
        DOMAIN, str(locations.templates() / "translations"), ["zh_Hans"], fallback=True
    )


class Message(Protocol):
    """Anything that says a message: in one language, or in both at once."""

    def __call__(self, message: str, **values: object) -> str:
        """The message with its ``{names}`` filled in."""


@dataclass(frozen=True)
class Words:
    """Messages in one language, for Markdown and the terminal."""

    language: Language

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its ``{names}`` filled in."""
        gettext = catalogue(self.language).gettext
        return gettext(message).format(**values) if values else told_again(message, gettext)


@dataclass(frozen=True)
class PageWords:
    """Messages in both languages at once: the page shows one of them, and switches without scripts."""

    def __call__(self, message: str, **values: object) -> Markup:
        """Both versions in elements of their language; one text where they do not differ."""
        english = _filled(message, values)
        gettext = catalogue("zh").gettext
        chinese = _filled(gettext(message) if values else told_again(message, gettext), values)
        if english == chinese:
            return english
        return Markup('<span lang="en">{}</span><span lang="zh-Hans">{}</span>').format(english, chinese)


def both(message: str) -> str:
    """A message in both languages as plain text, for places where no element can stand."""
    chinese = Words("zh")(message)
    return message if chinese == message else f"{message} · {chinese}"


def _filled(message: str, values: dict[str, object]) -> Markup:
    # Messages with values are ours (literals), so formatting cannot be steered by a report's text.
    text = escape(message)
    return text.format(**values) if values else text
