"""The error texts that are drawn, and what stands around them on a Dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("errors.txt")


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One error as a Dashboard would word it; ``check`` is ``None`` where no condition is meant."""

    part: str
    lang: str
    check: str | None
    text: str


def error_texts(part: str | None = None) -> list[ErrorText]:
    """All texts, or those of a part: ``dev``, ``held`` and ``fresh`` were looked at while the
    reading was built, ``last`` was only measured."""
    found = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        of, lang, check, text = (piece.strip() for piece in line.split("|", maxsplit=3))
        found.append(
            ErrorText(of, lang, None if check == "-" else check, text.replace(" / ", "\n"))
        )
    return [text for text in found if part in (None, text.part)]


MENU = {
    "en": ("Overview", "Campaigns", "Templates", "Customers", "Integrations", "Billing",
           "Sender Addresses", "Settings"),
    "de": ("Übersicht", "Kampagnen", "Vorlagen", "Kunden", "Integrationen", "Abrechnung",
           "Absenderadressen", "Einstellungen"),
    "ru": ("Обзор", "Кампании", "Шаблоны", "Клиенты", "Интеграции", "Оплата",
           "Адреса отправителя", "Настройки"),
}  # fmt: skip
TABS = {
    "en": ("Audience", "Template", "Budget", "Summary"),
    "de": ("Zielgruppe", "Vorlage", "Budget", "Zusammenfassung"),
    "ru": ("Аудитория", "Шаблон", "Бюджет", "Итог"),
}
CAMPAIGN = {"en": "Winter campaign", "de": "Winterkampagne", "ru": "Зимняя кампания"}
LAUNCH = {"en": "Launch campaign", "de": "Kampagne starten", "ru": "Запустить кампанию"}
CARDS = {
    "en": (("Letters sent", "1,204"), ("Daily budget", "50.00 EUR"), ("Customers", "8,311")),
    "de": (("Briefe versendet", "1.204"), ("Tagesbudget", "50,00 EUR"), ("Kunden", "8.311")),
    "ru": (("Отправлено писем", "1 204"), ("Дневной бюджет", "50,00 EUR"), ("Клиенты", "8 311")),
}
HINTS = {
    "en": "Customers who ordered in the last 90 days receive one letter.",
    "de": "Kunden mit einer Bestellung in den letzten 90 Tagen erhalten einen Brief.",
    "ru": "Клиенты с заказом за последние 90 дней получат одно письмо.",
}
ERROR = {"en": "Error", "de": "Fehler", "ru": "Ошибка"}
HARMLESS = {
    "en": ("Campaign saved", "Your letters were handed to DHL.", "All changes are stored.",
           "Invoice 2026-114 is ready for download.", "Welcome back, Anna!"),
    "de": ("Kampagne gespeichert", "Deine Briefe wurden an DHL übergeben.",
           "Alle Änderungen sind gespeichert.", "Rechnung 2026-114 steht zum Download bereit.",
           "Willkommen zurück, Anna!"),
    "ru": ("Кампания сохранена", "Письма переданы в DHL.", "Все изменения сохранены.",
           "Счёт 2026-114 готов к загрузке.", "С возвращением, Анна!"),
}  # fmt: skip
