"""Yes, no, and the few other words with which people answer a question that has buttons."""

import re


def _answers(text: str) -> frozenset[str]:
    return frozenset(answer.strip() for line in text.splitlines() for answer in line.split("|"))


_YES = _answers(
    """yes|y|yep|yeah|sure|ok|okay|save|apply|confirm|correct|right|yes please|yes save it
    ja|jo|jep|jawohl|klar|passt|stimmt|genau|speichern|übernehmen|richtig|ja bitte|ja speichern
    да|ага|угу|ок|окей|хорошо|верно|сохранить|сохраняй|сохраните|давай|давайте|конечно|подтверждаю
    да сохранить|да верно"""
)

_NO = _answers(
    """no|nope|cancel|stop|no thanks
    nein|nee|abbrechen|abbruch|stopp|nein danke|lieber nicht
    нет|неа|отмена|отменить|отмени|стоп|нет спасибо|не надо"""
)

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
    """A plain yes in one of the three languages, nothing more."""
    return _plain(text) in _YES


def is_no(text: str) -> bool:
    """A plain no or cancel."""
    return _plain(text) in _NO


def is_skip(text: str) -> bool:
    """A plain "not now"."""
    return _plain(text) in _SKIP


def is_done(text: str) -> bool:
    """A plain "I did it" or "check again"."""
    return _plain(text) in _DONE
