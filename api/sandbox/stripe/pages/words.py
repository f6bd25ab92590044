"""What the sandbox's two pages say, in the session's language."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "badge": "Test page: no real money, no real data",
            "pay_title": "Add a payment method",
            "pay_lead": "Pick one to try. Nothing is charged.",
            "visa": "Visa card",
            "visa_note": "Works",
            "sepa": "SEPA direct debit",
            "sepa_note": "Works, with an active mandate",
            "declined": "Card that is declined",
            "declined_note": "The bank says no",
            "save": "Save payment method",
            "cancel": "Back without adding one",
            "error": "Your card was declined. Please try another payment method.",
            "done_title": "All set",
            "done_lead": "The payment method has been saved.",
            "expired_title": "This page has expired",
            "expired_lead": "Ask for a new link in the chat.",
            "gone_title": "This page does not exist",
            "gone_lead": "The link may be cut off. Ask for a new one in the chat.",
            "back": "Back to AutoLetter",
            "portal_title": "Payment methods",
            "portal_lead": "Charges go to the method marked as default.",
            "none": "No payment method yet.",
            "default": "Default",
            "make_default": "Make default",
            "remove": "Remove",
            "add_visa": "Add Visa ••••\u00a04242",
            "add_sepa": "Add SEPA ••••\u00a03000",
            "expires": "expires",
        },
        "de": {
            "badge": "Testseite: kein echtes Geld, keine echten Daten",
            "pay_title": "Zahlungsmethode hinzufügen",
            "pay_lead": "Such dir eine zum Ausprobieren aus. Es wird nichts abgebucht.",
            "visa": "Visa-Karte",
            "visa_note": "Funktioniert",
            "sepa": "SEPA-Lastschrift",
            "sepa_note": "Funktioniert, mit aktivem Mandat",
            "declined": "Karte, die abgelehnt wird",
            "declined_note": "Die Bank sagt Nein",
            "save": "Zahlungsmethode speichern",
            "cancel": "Zurück, ohne etwas hinzuzufügen",
            "error": "Deine Karte wurde abgelehnt. Bitte versuch es mit einer anderen.",
            "done_title": "Alles erledigt",
            "done_lead": "Die Zahlungsmethode ist gespeichert.",
            "expired_title": "Diese Seite ist abgelaufen",
            "expired_lead": "Hol dir im Chat einen neuen Link.",
            "gone_title": "Diese Seite gibt es nicht",
            "gone_lead": "Vielleicht ist der Link abgeschnitten. Im Chat bekommst du einen neuen.",
            "back": "Zurück zu AutoLetter",
            "portal_title": "Zahlungsmethoden",
            "portal_lead": "Abgebucht wird von der Standardmethode.",
            "none": "Noch keine Zahlungsmethode.",
            "default": "Standard",
            "make_default": "Als Standard festlegen",
            "remove": "Entfernen",
            "add_visa": "Visa ••••\u00a04242 hinzufügen",
            "add_sepa": "SEPA ••••\u00a03000 hinzufügen",
            "expires": "gültig bis",
        },
        "ru": {
            "badge": "Тестовая страница: деньги и данные ненастоящие",
            "pay_title": "Добавить способ оплаты",
            "pay_lead": "Выберите любой для пробы. Деньги не спишутся.",
            "visa": "Карта Visa",
            "visa_note": "Работает",
            "sepa": "Прямое списание SEPA",
            "sepa_note": "Работает, мандат активен",
            "declined": "Карта, которую отклонят",
            "declined_note": "Банк ответит отказом",
            "save": "Сохранить способ оплаты",
            "cancel": "Вернуться, ничего не добавляя",
            "error": "Банк отклонил карту. Попробуйте другой способ оплаты.",
            "done_title": "Готово",
            "done_lead": "Способ оплаты сохранён.",
            "expired_title": "Срок действия страницы истёк",
            "expired_lead": "Попросите новую ссылку в чате.",
            "gone_title": "Такой страницы нет",
            "gone_lead": "Возможно, ссылка обрезана. Попросите новую в чате.",
            "back": "Вернуться в AutoLetter",
            "portal_title": "Способы оплаты",
            "portal_lead": "Деньги списываются с основного способа.",
            "none": "Способов оплаты пока нет.",
            "default": "Основной",
            "make_default": "Сделать основным",
            "remove": "Удалить",
            "add_visa": "Добавить Visa ••••\u00a04242",
            "add_sepa": "Добавить SEPA ••••\u00a03000",
            "expires": "действует до",
        },
    }
)


def locale_of(wanted: str, accept_language: str) -> str:
    """The session's language, or for ``auto`` the browser's first that there is, or English."""
    if wanted in WORDS:
        return wanted
    for part in accept_language.split(","):
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in WORDS:
            return language
    return "en"
