"""The messages that the model learns from, one a line in `data/<language>/<intent>.txt`.

Reads them, and multiplies them with the accidents of typing: slips, transliteration, greetings,
an aside before the point. Accidents are drawn from a generator that each line seeds by itself, so
that the same data gives the same corpus, and a new line changes no other line's accidents.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from knowledge.understanding.intents import CHECK_OF, INTENTS, LANGUAGES

ACCIDENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One message and what it means; `group` is the same for a line and its variations."""

    text: str
    intent: str
    lang: str
    group: int
    weight: float = 1.0


def read() -> list[Line]:
    """Every line as it was written; `ValueError` if one message is filed under two intents."""
    lines: list[Line] = []
    seen: dict[tuple[str, str], str] = {}
    for lang in LANGUAGES:
        for intent in INTENTS:
            for text in _lines_of(lang, intent):
                earlier = seen.setdefault((lang, text.casefold()), intent)
                if earlier != intent:
                    raise ValueError(f"{lang}: {text!r} is filed under {earlier} and {intent}")
                lines.append(Line(text=text, intent=intent, lang=lang, group=len(lines)))
    return lines


def fingerprint() -> str:
    """What the data was, so that a model can tell whether it was trained on it."""
    digest = hashlib.sha256()
    for line in read():
        digest.update(f"{line.lang}\t{line.intent}\t{line.text}\n".encode())
    concepts = files("knowledge.understanding").joinpath("data", "concepts.txt")
    digest.update(concepts.read_bytes())
    return digest.hexdigest()


def _lines_of(lang: str, intent: str) -> list[str]:
    source = files("knowledge.understanding").joinpath("data", lang, f"{intent}.txt")
    found = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(line for line in found if line))


_GREETINGS: Final[dict[str, tuple[str, ...]]] = {
    "ru": (
        "Здравствуйте! {}", "Добрый день, {}", "привет, {}", "Здравствуйте, подскажите: {}",
        "{} пожалуйста", "{} спасибо заранее", "так, {}", "слушайте, {}", "{} помогите",
        "Доброе утро. {} Заранее благодарю!", "скажите, {}", "ребят, {}", "{} срочно",
    ),
    "de": (
        "Hallo, {}", "Guten Tag, {}", "Hi, {}", "moin, {}", "{} bitte", "{} Danke im Voraus",
        "sag mal, {}", "also {}", "{} Hilfe!", "Guten Morgen! {} Viele Grüße", "hey {}",
        "Servus, {} LG Anna", "{} dringend", "Liebes Team, {}",
    ),
    "en": (
        "Hello, {}", "Hi, {}", "hey, {}", "Good morning! {}", "{} please", "{} thanks in advance",
        "so, {}", "well {}", "{} help!", "Hi team, {} Best regards", "excuse me, {}",
        "{} cheers, Tom", "{} urgent", "sorry to bother you, {}",
    ),
}  # fmt: skip

_ASIDES: Final[dict[str, tuple[str, ...]]] = {
    "ru": (
        "Мы небольшой магазин и недавно у вас.", "Сижу с этим уже второй час.",
        "Вчера всё было нормально.", "Готовим акцию к праздникам.",
        "Коллега в отпуске, разбираюсь сама.", "Я не очень разбираюсь в таких вещах.",
        "Сегодня последний день акции.", "Открыл кабинет утром с телефона.",
        "Времени мало, клиенты ждут.", "Раньше я таким не занимался.",
    ),
    "de": (
        "Wir sind ein kleiner Shop und erst seit kurzem dabei.", "Ich sitze schon zwei Stunden dran.",
        "Gestern war noch alles normal.", "Wir planen eine Aktion zu Weihnachten.",
        "Mein Kollege ist im Urlaub, deshalb mache ich das.", "Bin nicht so der Technikmensch.",
        "Heute ist der letzte Tag der Aktion.", "Hab das Dashboard heute früh am Handy geöffnet.",
        "Die Zeit drängt etwas.", "Ich mache das zum ersten Mal.",
    ),
    "en": (
        "We are a small shop and quite new here.", "I've been sitting here for two hours.",
        "Yesterday all was normal.", "We're preparing a sale for the holidays.",
        "My colleague is on vacation so it's on me now.", "I'm not very technical.",
        "Today is the last day of our sale.", "I opened the dashboard on my phone this morning.",
        "We are in a bit of a hurry.", "I do this for the first time.",
    ),
}  # fmt: skip

_SYMPTOMS: Final[dict[str, tuple[str, ...]]] = {
    "ru": (
        "Не могу запустить кампанию. {}", "кампания не запускается, {}", "кнопка серая, {}",
        "{}, поэтому кампания не стартует", "не запускается: {}", "пишет: {}",
        "при запуске выдаёт «{}»", "{} и не даёт запустить", "на экране написано: {}",
    ),
    "de": (
        "Ich kann die Kampagne nicht starten. {}", "Kampagne startet nicht, {}",
        "Button ist grau, {}", "{}, deshalb startet die Kampagne nicht", "Start geht nicht: {}",
        "da steht: {}", "beim Starten kommt \"{}\"", "{} und ich kann nicht starten",
        "Fehlermeldung: {}",
    ),
    "en": (
        "I can't launch my campaign. {}", "campaign doesn't start, {}", "button is grey, {}",
        "{}, so the campaign won't launch", "launch fails: {}", "it says: {}",
        "when launching I get \"{}\"", "{} and I cannot start", "error message: {}",
    ),
}  # fmt: skip

_FINE: Final[dict[str, tuple[str, ...]]] = {
    "ru": ("{} в порядке, но {}", "с {} всё нормально, а вот {}", "дело не в {}, {}"),
    "de": ("{} passt, aber {}", "{} ist in Ordnung, nur {}", "es liegt nicht an {}, {}"),
    "en": ("{} is fine, but {}", "{} is okay, however {}", "it's not {}, {}"),
}
_THINGS: Final[dict[str, dict[str, str]]] = {
    "ru": {
        "payment": "карта", "template": "шаблон", "recipients": "список клиентов",
        "budget": "бюджет", "sender_address": "адрес отправителя", "profile": "профиль",
    },
    "de": {
        "payment": "die Karte", "template": "die Vorlage", "recipients": "die Kundenliste",
        "budget": "das Budget", "sender_address": "der Absender", "profile": "das Profil",
    },
    "en": {
        "payment": "the card", "template": "the template", "recipients": "the customer list",
        "budget": "the budget", "sender_address": "the sender address", "profile": "the profile",
    },
}  # fmt: skip

_ROMANISATIONS: Final[tuple[dict[str, str], ...]] = (
    {"й": "y", "ы": "y", "ю": "yu", "я": "ya", "х": "kh", "ц": "ts", "щ": "shch", "ь": "", "ж": "zh"},
    {"й": "j", "ы": "y", "ю": "ju", "я": "ja", "х": "h", "ц": "c", "щ": "sch", "ь": "'", "ж": "zh"},
    {"й": "i", "ы": "i", "ю": "u", "я": "ya", "х": "x", "ц": "ts", "щ": "sh", "ь": "", "ж": "j"},
)  # fmt: skip
_COMMON: Final = dict(zip("абвгдеёзиклмнопрстуфэ", "abvgdeeziklmnoprstufe", strict=True)) | {
    "ч": "ch",
    "ш": "sh",
    "ъ": "",
}
_KEYS: Final = ("qwertzuiop", "asdfghjkl", "yxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")


def multiply(lines: list[Line], *, accidents: int = ACCIDENTS) -> list[Line]:
    """The lines, each followed by its variations."""
    grown: list[Line] = []
    for line in lines:
        grown.append(line)
        drawn = random.Random(f"{line.lang}/{line.intent}/{line.text}")
        grown.extend(_variations(line, drawn, accidents))
    return grown


def _variations(line: Line, drawn: random.Random, accidents: int) -> Iterator[Line]:
    short = len(line.text) < 160
    for _ in range(accidents):
        text = line.text
        kind = drawn.random()
        if line.intent in CHECK_OF and short and kind < 0.35:
            text = drawn.choice(_SYMPTOMS[line.lang]).format(text)
            if drawn.random() < 0.3:
                text = _beside_the_point(line, text, drawn)
        elif line.intent != "greeting" and kind < 0.6:
            text = drawn.choice(_GREETINGS[line.lang]).format(text)
        elif line.intent not in {"greeting", "cancel"} and kind < 0.75 and len(text) > 12:
            aside = drawn.choice(_ASIDES[line.lang])
            text = f"{aside} {text}" if drawn.random() < 0.7 else f"{text}. {aside}"
        if drawn.random() < 0.5:
            text = _slip(text, drawn)
        if line.lang == "ru" and drawn.random() < 0.3:
            text = romanise(text, drawn.randrange(len(_ROMANISATIONS)))
        yield Line(text, line.intent, line.lang, line.group, weight=0.5)


def _beside_the_point(line: Line, text: str, drawn: random.Random) -> str:
    things = [thing for intent, thing in _THINGS[line.lang].items() if intent != line.intent]
    return drawn.choice(_FINE[line.lang]).format(drawn.choice(things), text)


def _slip(text: str, drawn: random.Random) -> str:
    """One slip of the fingers: a letter swapped, lost, doubled, or its neighbour on the keyboard."""
    if len(text) < 6:
        return text
    at = drawn.randrange(1, len(text) - 1)
    kind = drawn.randrange(4)
    if not (text[at].isalpha() and text[at + 1].isalpha()):
        return text
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    for row in _KEYS:
        place = row.find(text[at].lower())
        if place >= 0:
            return text[:at] + row[max(place - 1, 0) if place else 1] + text[at + 1 :]
    return text


def romanise(text: str, scheme: int) -> str:
    """Russian in Latin letters, as one of several kinds of people type it."""
    letters = _COMMON | _ROMANISATIONS[scheme]
    out = []
    for character in text:
        latin = letters.get(character.lower())
        if latin is None:
            out.append(character)
        else:
            out.append(latin.capitalize() if character.isupper() else latin)
    return "".join(out)
