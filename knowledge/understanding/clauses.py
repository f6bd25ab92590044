"""Parts of a message: which of them only says that something is in order.

"My card is fine, the template is missing" is about the template. The model sees words and not who
denies what, so the clause that praises a condition is set aside before it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from knowledge.understanding.normalise import clean, fold

Naming = Callable[[str], set[str]]

_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|[\n;]+")
_CONJUNCTION: Final = re.compile(
    r"\s*[,;:–—(]\s*|\s+-\s+|(?<=[.!?…])\s+|\n+"
    r"|\s+(?=(?:but|however|only|though|aber|sondern|nur|jedoch|bloß|а вот|но|однако|зато)\s)",
    re.IGNORECASE,
)

# Folded spelling (see normalise.fold): what a person says of a thing that is not the trouble.
_IN_ORDER: Final = re.compile(
    r"\b(?:"
    r"(?:is|are|ic|looks?|seems?|should be|vas) (?:all |totaly |perfectli |stil |definiteli |alreadi )*"
    r"(?:fine|ok|okai|god|valid|set|there|corect|in order|in place|don|done|complete|ad+ed|"
    r"al right|alright|not the (?:problem|isu|reason)|chosen|asigned|conected|filed|stored|up to date)"
    r"|(?:isnt|arent|not) the (?:problem|isu|reason|mater)"
    r"|nothing vrong vith|not because of|no problem vith|vorks fine"
    r"|(?:it|ic|it is|thac|^)(?: is)? ?(?:not|isnt) (?:about |due to )?(?:the|mi|our)"
    r"(?! right| corect| same)"
    r"|i(?:ve| have)? (?:alreadi )?(?:ad+ed|set|chosen|conected|filed|entered|paid)"
    r"|(?:past|pasen|stimt|stimen)\b(?! nicht| nich| was| vas)"
    r"|(?:ist|sind|ver|var)(?: doch| ia| schon| shon| bereic| ales| al| komplet| voligin?)* "
    r"(?:ok|okai|gut|da|drin|in ordnung|gultig|hinterlegt|gesect|vorhanden|richtig|korekt|"
    r"eingetragen|ausgefult|verbunden|zugevisen|volstandig|nicht das problem|fertig)"
    r"|nicht das problem|ligt nicht an|nicht vegen|hat nichts mit|nicht (?:die|der|das|am|an)"
    r"|v poriadke|v norme|norm(?:alno|alnii|alnaia)?|vse ok|vse horosho|horoshaia|na meste|"
    r"(?<!ne )(?<!ne do konca )(?:zapolnen[aoi]?|ukazan[aoi]?|dobavlen[aoi]?|vibran[aoi]?|"
    r"podkliuchen[aoi]?|naznachen[aoi]?|priviazan[aoi]?|deistvitel\w+|rabotaet|oplachen[aoi]?)"
    r"|est|delo ne v|problema ne v|ne iz za|prichina ne v|ne pri chem"
    r")\b"
)
# "I changed the address, look again": what the person has done is not what they ask for.
_HANDLED: Final = re.compile(
    r"\b(?:i|ve|ive|veve|i have|ve have) (?:iust |nov |alreadi |have |finali )*"
    r"(?:changed|updated|fixed|corected|replaced|ad+ed|entered|set|uploaded|imported|chosen|chose|"
    r"picked|filed|svaped|asigned|conected|sinced|did|paid)\b"
    r"|\b(?:hab|habe|haben|habs|ham|iect|gerade|vorhin)\b.*\b(?:geandert|korigirt|behoben|getausht|"
    r"ersect|eingetragen|hinterlegt|ausgefult|hochgeladen|importirt|gevahlt|ausgevahlt|gesect|"
    r"verbunden|aktualisirt|gerichtet|erganzt|zugevisen|bezahlt|gemacht)\b"
    r"|\b(?<!ne )(?:pomenial|ispravil|obnovil|smenil|zamenil|dobavil|ukazal|vvel|zapolnil|zagruzil|"
    r"vibral|postavil|podkliuchil|naznachil|privizal|priviazal|oplatil|vpisal|vbil|popravil|dopisal|sdelal)"
    r"[aoi]?\b"
)
_ASKS_HOW: Final = re.compile(r"\b(?:vhere|hov|vich|vo|vie|gde|kak|kuda)\b")
_TROUBLE: Final = re.compile(
    r"\b(?:not (?:valid|set|there|ok|chosen|fine)|isnt|nicht (?:ok|gut|da|gultig|gesect|hinterlegt)|"
    r"kein\w*|net|mising|fehl\w*|ungultig|invalid|expired|abgelaufen)\b"
)
_LONG: Final = 14


def sentences(text: str) -> list[str]:
    """The sentences of a message, each with at least one letter or digit."""
    parts = (part.strip() for part in _SENTENCE.split(text))
    return [part for part in parts if any(character.isalnum() for character in part)]


def is_long(text: str) -> bool:
    """Whether a message is long enough for its point to be one sentence among others."""
    return len(text.split()) > _LONG


def without_what_is_fine(text: str, conditions: frozenset[str], named: Naming) -> str | None:
    """The message without its clauses that call a condition fine; `None` if nothing changes.

    `conditions` are the concepts of launch conditions, `named` tells the concepts of folded text.
    """
    parts = [part for part in _CONJUNCTION.split(text) if part and part.strip()]
    if len(parts) < 2:
        return None
    kept = [part for part in parts if not _praises(part, conditions, named)]
    if len(kept) == len(parts) or not kept:
        return None
    return ". ".join(part.strip() for part in kept)


def without_what_is_done(text: str) -> str | None:
    """The message without what the person says they have done; `None` if nothing changes."""
    parts = [part for part in _CONJUNCTION.split(text) if part and part.strip()]
    if len(parts) < 2:
        return None
    kept = [part for part in parts if "?" in part or not _HANDLED.search(fold(clean(part)))]
    if len(kept) == len(parts) or not kept:
        return None
    asked = ". ".join(part.strip() for part in kept)
    return None if _ASKS_HOW.search(fold(clean(asked))) else asked


def _praises(part: str, conditions: frozenset[str], named: Naming) -> bool:
    if "?" in part:
        return False
    folded = fold(clean(part))
    if not (conditions & named(folded)) or _TROUBLE.search(folded):
        return False
    return bool(_IN_ORDER.search(folded))
