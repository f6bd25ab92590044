"""The only place where a template is rendered; escaping lives here.

A phrase is a Jinja2 template ``messages/<scene>/<name>.j2`` with English inside ``{% trans %}``;
``locales/<ru|de>/LC_MESSAGES/<scene>.po`` hold its translations. Every value is escaped when it is
inserted, so a merchant's company name can never become markup. The result is the small HTML subset
``<b> <i> <code> <a>`` with newlines.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from gettext import c2py
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta, get_timezone
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta
from markupsafe import Markup

LOCALES = ("en", "de", "ru")
"""The languages in which everything is said; English is the source."""

HERE = Path(__file__).parent
MESSAGES = HERE / "messages"
CATALOGS = HERE / "locales"

_HOME = get_timezone("Europe/Berlin")


class Voice:
    """Says phrases. Templates are compiled once, on first use."""

    def __init__(self, messages: Path = MESSAGES, catalogs: Path = CATALOGS) -> None:
        self._environments = {
            locale: _environment(locale, messages, catalogs) for locale in LOCALES
        }
        self._labels: dict[tuple[str, str], str] = {}

    def say(self, key: str, values: Mapping[str, object], *, locale: str) -> str:
        """The phrase ``key`` (``scene/name``) in ``locale``. A missing template or value raises:
        silence towards a merchant would hide the mistake."""
        if values:
            return self._render(key, values, locale)
        # Names and labels say the same every time, and a turn says a dozen of them.
        said = self._labels.get((key, locale))
        if said is None:
            said = self._labels[key, locale] = self._render(key, values, locale)
        return said

    def _render(self, key: str, values: Mapping[str, object], locale: str) -> str:
        environment = self._environments.get(locale) or self._environments["en"]
        return environment.get_template(f"{key}.j2").render(values).strip()

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase."""
        try:
            self._environments["en"].get_template(f"{key}.j2")
        except LookupError:
            return False
        return True

    def keys(self) -> tuple[str, ...]:
        """All phrases, sorted."""
        names = self._environments["en"].list_templates(extensions=["j2"])
        return tuple(sorted(name.removesuffix(".j2") for name in names if "/_" not in f"/{name}"))

    def needs(self, key: str) -> tuple[frozenset[str], bool]:
        """The names of the values that a phrase and what it always includes need; whether it includes
        something more that only a value names."""
        environment = self._environments["en"]
        names: set[str] = set()
        waiting, seen, by_value = [f"{key}.j2"], set[str](), False
        while waiting:
            name = waiting.pop()
            if name in seen or environment.loader is None:
                continue
            seen.add(name)
            tree = environment.parse(environment.loader.get_source(environment, name)[0])
            names |= meta.find_undeclared_variables(tree) - environment.globals.keys()
            for included in meta.find_referenced_templates(tree):
                if included is None:
                    by_value = True
                else:
                    waiting.append(included)
        return frozenset(names), by_value

    def warm(self) -> None:
        """Compile every template now, so that no merchant waits for it."""
        for environment in self._environments.values():
            for key in self.keys():
                environment.get_template(f"{key}.j2")


def catalogs(locale: str, folder: Path = CATALOGS) -> Mapping[str, Catalog]:
    """The translation catalogues of a language, by scene."""
    found = {}
    for path in sorted((folder / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=locale, domain=path.stem)
    return found


def _environment(locale: str, messages: Path, folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(messages),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.policies["ext.i18n.trimmed"] = True
    translations = _Translations(() if locale == "en" else tuple(catalogs(locale, folder).values()))
    install = environment.install_gettext_callables  # type: ignore[attr-defined]  # set by the i18n extension
    install(
        translations.gettext,
        translations.ngettext,
        newstyle=True,
        pgettext=translations.pgettext,
        npgettext=translations.npgettext,
    )
    babel = Locale.parse(locale)
    environment.filters.update(
        money=partial(_money, locale=babel),
        day=partial(_day, locale=babel),
        moment=partial(_moment, locale=babel),
        ago=partial(_ago, locale=babel),
        number=partial(_number, locale=babel),
        listing=partial(_listing, locale=babel),
    )
    return environment


class _Translations:
    """Looks a text up in all catalogues of one language, by gettext's rules for plurals."""

    def __init__(self, found: tuple[Catalog, ...]) -> None:
        self._texts: dict[tuple[str | None, str], tuple[str, ...]] = {}
        self._plural = found[0].plural_expr if found else "(n != 1)"
        # The expression comes from our own catalogue's header, through Babel's parser of it.
        self._index = c2py(self._plural)
        for catalog in found:
            for entry in catalog:
                if not entry.id or entry.fuzzy:
                    continue
                source = entry.id if isinstance(entry.id, str) else entry.id[0]
                string = entry.string or ()
                target = (string,) if isinstance(string, str) else tuple(string)
                if all(target):
                    self._texts[entry.context, source] = target

    def gettext(self, text: str) -> str:
        return self._texts.get((None, text), (text,))[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self._choose(self._texts.get((None, one)), one, many, n)

    def pgettext(self, context: str, text: str) -> str:
        return self._texts.get((context, text), (text,))[0]

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        return self._choose(self._texts.get((context, one)), one, many, n)

    def _choose(self, found: tuple[str, ...] | None, one: str, many: str, n: int) -> str:
        if found is None:
            return one if n == 1 else many
        return found[min(self._index(n), len(found) - 1)]


def _money(cents: int, currency: str = "EUR", *, locale: Locale) -> str:
    """Cents as money: ``50,00 €``; whole amounts without cents."""
    pattern = None if cents % 100 else _whole(locale)
    return format_currency(
        Decimal(cents) / 100,
        currency,
        format=pattern,
        locale=locale,
        currency_digits=bool(cents % 100),
    )


def _whole(locale: Locale) -> str:
    return str(locale.currency_formats["standard"].pattern).replace("0.00", "0")


def _day(value: date, *, locale: Locale) -> str:
    return format_date(value, format="long", locale=locale)


def _moment(value: datetime | str, *, locale: Locale) -> str:
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_datetime(when, format="medium", tzinfo=_HOME, locale=locale)


def _ago(seconds: int, *, locale: Locale) -> str:
    """``3 hours``, ``3 Stunden``, ``3 часа``."""
    return format_timedelta(seconds, locale=locale, threshold=1.5)


def _number(value: int, *, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


def _listing(values: list[str] | tuple[str, ...], *, locale: Locale) -> Markup:
    """``a, b and c``; the values are escaped, the joining words are ours."""
    escaped = [str(Markup.escape(value)) for value in values]
    return Markup(format_list(escaped, locale=locale))  # noqa: S704  # each value was escaped above
