"""Ready answers for each failing check, in the merchant's language: TOML files that people edit.

``macros/<locale>/<check>.toml`` holds ``[[macro]]`` tables with ``key``, ``title``, ``text`` and
perhaps ``codes`` (the findings that it answers first); ``general.toml`` fits every ticket and has the
greetings. In a text, ``{hello}``, ``{campaign}`` (with the space before it, or nothing) and ``{link}``
are filled in.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from api.console.words import CHECKS

LOCALES = ("ru", "de", "en")
_PLACES = {
    "company_profile": "profile",
    "payment_method": "billing",
    "sender_address": "sender_addresses",
    "recipients": "integrations",
    "template": "campaign_template",
    "budget": "campaign_budget",
    "general": "campaigns",
}
_SLOT = re.compile(r"\{(hello|campaign|link)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """One ready answer. ``fits``: made for a check that is not green in this ticket."""

    check: str
    key: str
    title: str
    text: str
    codes: tuple[str, ...] = ()
    fits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All ready answers of a language, and how it greets."""

    macros: tuple[Macro, ...]
    hello: str
    hello_name: str
    campaign: str


@cache
def shelf(locale: str) -> Shelf:
    """Read once; English for a language that has none."""
    folder = files("api.console").joinpath("macros", locale if locale in LOCALES else "en")
    macros: list[Macro] = []
    words: Mapping[str, str] = {}
    for check in (*CHECKS, "general"):
        read = tomllib.loads(folder.joinpath(f"{check}.toml").read_text(encoding="utf-8"))
        words = read.get("words", words)
        macros += [
            Macro(
                check=check,
                key=one["key"],
                title=one["title"],
                text=one["text"].strip(),
                codes=tuple(one.get("codes", ())),
            )
            for one in read["macro"]
        ]
    return Shelf(
        macros=tuple(macros),
        hello=words["hello"],
        hello_name=words["hello_name"],
        campaign=words["campaign"],
    )


def place_of(check: str) -> str:
    """Where in the Dashboard the answer's link leads."""
    return _PLACES[check]


def fitting(
    locale: str,
    failing: Mapping[str, str],
    *,
    name: str,
    campaign: str,
    links: Mapping[str, str],
) -> Sequence[Macro]:
    """All ready answers with their gaps filled, those for what fails first. ``failing`` are codes by
    check, ``links`` the Dashboard's pages by check; an empty ``name`` greets without one."""
    kept = shelf(locale)
    filled = [
        Macro(
            check=one.check,
            key=one.key,
            title=one.title,
            text=_filled(
                one.text,
                {
                    "hello": kept.hello_name.replace("{name}", name) if name else kept.hello,
                    "campaign": kept.campaign.replace("{name}", campaign) if campaign else "",
                    "link": links[one.check],
                },
            ),
            codes=one.codes,
            fits=one.check in failing and (not one.codes or failing[one.check] in one.codes),
        )
        for one in kept.macros
    ]
    exact = [m for m in filled if m.fits and m.codes]
    close = [m for m in filled if m.fits and not m.codes]
    general = [m for m in filled if m.check == "general"]
    others = [m for m in filled if not m.fits and m.check != "general"]
    return [*exact, *close, *general, *others]


def _filled(text: str, values: Mapping[str, str]) -> str:
    # One pass: what a merchant's name contains is never filled again.
    return _SLOT.sub(lambda found: values[found.group(1)], text)
