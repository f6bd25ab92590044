"""Yes and no as people type them. Only a whole message counts: "yes, but first…" is not a yes."""

import re

_NOISE = re.compile(r"[^\w\s]+")

_YES = frozenset(
    """yes|y|yep|yeah|ok|okay|sure|yes please
    да|ага|угу|конечно|хорошо|давай|давайте|ок|да пожалуйста
    ja|j|jo|jawohl|klar|gern|gerne|ja bitte|ja gern|ja gerne""".replace("\n", "|").split("|")
)
_NO = frozenset(
    """no|n|nope|nah|no thanks|not now
    нет|не|неа|нет спасибо|не надо|нет не надо|не сейчас
    nein|nö|ne|nein danke|lieber nicht|jetzt nicht""".replace("\n", "|").split("|")
)


def said_yes(text: str) -> bool:
    """Whether the message is nothing but a yes."""
    return _plain(text) in {_plain(word) for word in _YES}


def said_no(text: str) -> bool:
    """Whether the message is nothing but a no."""
    return _plain(text) in {_plain(word) for word in _NO}


def _plain(text: str) -> str:
    return " ".join(_NOISE.sub(" ", text.casefold()).split())
