"""The few words with which people answer a question that has buttons: save, not now, done."""

import re

from bot.dialogue.consent import said_no, said_yes


def _answers(text: str) -> frozenset[str]:
    return frozenset(answer.strip() for line in text.splitlines() for answer in line.split("|"))


_SAVE = _answers(
    """save|save it|apply|confirm|correct|right|that's right|yes save it
    speichern|übernehmen|passt|stimmt|genau|richtig|ja speichern
    сохранить|сохраняй|сохраните|верно|да сохранить|да верно|подтверждаю|всё верно"""
)

_NO = _answers("cancel|stop|abbrechen|abbruch|stopp|отмена|отменить|отмени|стоп")

_SKIP = _answers(
    """skip|skip it|skip for now|next|later|not now
    weiter|überspringen|vorerst überspringen|später|nächster|nächstes
    дальше|пропустить|пока пропустить|пропусти|пропустим|позже|следующий"""
)

_DONE = _answers(
    """done|i did it|i'm done|ready|fixed|added|i added it|paid|check|check again|recheck|again
    fertig|bin fertig|erledigt|bezahlt|hinzugefügt|prüfen|erneut prüfen|nochmal|noch mal
    nochmal prüfen
    готово|всё готово|сделано|сделал|сделала|добавил|добавила|оплатил|оплатила|исправил|исправила
    исправлено|проверить|проверь|проверьте|проверить ещё раз|проверь ещё раз|ещё раз"""
)

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_GAPS = re.compile(r"[\s,]+")


def _plain(text: str) -> str:
    return _GAPS.sub(" ", _EDGES.sub("", text.casefold().replace("еще", "ещё")))


def is_yes(text: str) -> bool:
    """A plain yes in one of the three languages, or the word on the button that saves."""
    return said_yes(text) or _plain(text) in _SAVE


def is_no(text: str) -> bool:
    """A plain no or cancel."""
    return said_no(text) or _plain(text) in _NO


def is_skip(text: str) -> bool:
    """A plain "not now"."""
    return _plain(text) in _SKIP


def is_done(text: str) -> bool:
    """A plain "I did it" or "check again"."""
    return _plain(text) in _DONE
