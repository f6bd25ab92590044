"""The few cases in which a rule is certain and the model need not be asked.

One of them guards the launch: an order to go past the checks is never an order to launch.
"""

from __future__ import annotations

import re
from typing import Final

# All patterns are in the folded spelling of normalise.fold.
_PAST: Final = (
    r"skip\w*|ignor\w*|bipas\w*|circumvent\w*|overid\w*|disregard\w*|"
    r"ubers?p?ring\w*|umgeh\w*|umgang\w*|ubergeh\w*|ausl?as+en|vegl?as+en|"
    r"propus[tk]\w*|ignorir\w*|oboid\w*|oboit\w*|obhod\w*|minuia|ne obrashai\w*|naplu\w*|zab(?:ei|ud) (?:na|pro)"
)
_OFF: Final = (
    r"turn(?:ing)? of|svitch(?:ing)? of|disabl\w*|deactivat\w*|deaktivi\w*|abshalt\w*|ausshalt\w*|"
    r"shalt\w*|otkliuch\w*|vikliuch\w*|uberi|remove|vithout|ohne|bez|forget|vergis\w*|leave out|"
    r"pretend\w*|fake|mark|set|sec|markier\w*|otmet\w*|postav\w*|sdelai|lave out|las"
)
_CHECKS: Final = (
    r"check|checks|checking|validation\w*|validier\w*|verification\w*|verif\w*|pruf\w*|prufung\w*|"
    r"prover\w+|validaci\w+|kontrol\w*|reviev|vorshau|bestatigung|bedingung\w*|conditions?|requirements?|"
    r"rules|regeln|usloviia|trebovani\w+|pravila|eror|erors|fehler|oshibk\w*|varning\w*|varnung\w*|"
    r"preduprezhdeni\w+|sperre|block|blokirovk\w+|mising|fehlend\w*|ocutstvi\w+|restrictions?"
)
_LAUNCH: Final = (
    r"launch\w*|start|starte|starten|startet?|live|activate|aktivier\w*|los|go|begin|send|run|"
    r"zapus\w*|startui\w*|starto\w*|aktivirui\w*|otprav\w*|vkliuch\w*|nachin\w*|losleg\w*|push"
)
_REGARDLESS: Final = (
    r"anivai|anihov|regardles|no mater|despite|in spite|even (?:if|though|vithout|vhen)|dont care|"
    r"force\w*|forcing|insist|trocdem|troc|egal|auch (?:ven|ohne)|dennoch|erzving\w*|zving\w*|sheis (?:auf|drauf)|"
    r"pfeif\w*|vse ravno|vse taki|nesmotria|plevat|pofig\w*|po fig|pohui|po barabanu|prinudit\w*|forsir\w*|"
    r"dazhe (?:esli|bez|s)|vopreki|vhatever|blindli|vithout (?:ani |the |mi |a )?(?:card|paiment|template|budget|"
    r"sender|adres|recipients?|customers?|profile|check\w*|confirm\w*|reviev|preview)|"
    r"ohne (?:karte|zahl\w+|vorlage|budget|absender\w*|adrese|empfanger|kunden|profil|prufung\w*|check\w*|"
    r"bestatigung|vorshau|gultige\w*)|bez (?:karti|oplati|shablona|biudzheta|otpravitelia|adresa|poluchatelei|"
    r"klientov|profilia|prover\w+|podtverzhdeniia|predprosmotra|validacii|sposoba)"
)
_NOT: Final = (
    r"\b(?:doesnt|does not|dont|do not|cant|cannot|can not|vont|isnt|not|nicht|nich|net|nix|ne|kan nicht|"
    r"unable|refuses?|fails?|failed|vhi|varum|vieso|veshalb|pochemu|nikak|stil)\b"
)

_PAST_CHECKS: Final = re.compile(rf"\b(?:{_PAST})\b.*\b(?:{_CHECKS})\b")
_CHECKS_PAST: Final = re.compile(rf"\b(?:{_CHECKS})\b.*\b(?:{_PAST})\b")
_OFF_CHECKS: Final = re.compile(
    rf"\b(?:{_OFF})\b(?: \w+){{0,3}} (?:al |the |ale |die |vse )?"
    r"(?:check|checks|checking|validation\w*|verif\w*|pruf\w+|prufung\w*|prover\w+|validaci\w+)\b"
)
_IS_LAUNCH: Final = re.compile(rf"\b(?:{_LAUNCH})\b")
_PAST_ANYTHING: Final = re.compile(rf"\b(?:{_PAST})\b")
_ANYWAY: Final = re.compile(rf"\b(?:{_REGARDLESS})\b")
_IS_NOT: Final = re.compile(_NOT)


def tells_to_skip_the_checks(folded: str) -> bool:
    """Whether a message surely asks to go past the checks, errors or warnings."""
    if not _IS_LAUNCH.search(folded) and not _CHECKS_ALONE.search(folded):
        return False
    if _PAST_CHECKS.search(folded) or _CHECKS_PAST.search(folded):
        return True
    return bool(_OFF_CHECKS.search(folded) and _IS_LAUNCH.search(folded))


_CHECKS_ALONE: Final = re.compile(
    r"\b(?:checks?|validation\w*|verification\w*|pruf\w+|prufung\w*|prover\w+|validaci\w+)\b"
)


def launches_regardless(folded: str) -> bool:
    """Whether a message that sounds like a launch wants it whatever the checks say."""
    return bool(_ANYWAY.search(folded) or _PAST_ANYTHING.search(folded) or _OFF_CHECKS.search(folded))


def is_denied(folded: str) -> bool:
    """Whether a message says that something does not work, rather than orders it."""
    return bool(_IS_NOT.search(folded))
