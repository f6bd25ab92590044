"""The few cases in which a rule is certain and the model need not be asked.

They guard the launch: an order to go past the checks is never an order to launch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# All patterns are in the folded spelling of normalise.fold: w is v, j and y are i, no doubled
# letters, no umlauts, Cyrillic in Latin letters.


def _any(*alternatives: Sequence[str]) -> str:
    return "|".join(part for group in alternatives for part in group)


_PAST: Final = _any(
    (r"skip\w*", r"ignor\w*", r"bipas\w*", r"circumvent\w*", r"overid\w*", r"disregard\w*"),
    (r"sidestep\w*", r"vork around", r"vaive"),
    (r"ubers?p?ring\w*", r"umgeh(?!end)\w*", r"umgang\w*", r"ubergeh\w*", r"ausl?as+en"),
    (r"vegl?as+en", r"durchvink\w*"),
    (r"propus[tk]\w*", r"ignor\w*", r"oboid\w*", r"oboit\w*", r"obhod\w*", r"minuia"),
    (r"ne obrashai\w*", r"ne smotri\w*", r"naplu\w*", r"zab(?:ei|ud) (?:na|pro)"),
)
_OFF: Final = _any(
    (r"turn(?:ing)? of", r"svitch(?:ing)? of", r"disabl\w*", r"deactivat\w*", r"remove", r"forget"),
    (r"vithout", r"leave out", r"pretend\w*", r"fake", r"mark", r"set"),
    (r"deaktivi\w*", r"abshalt\w*", r"ausshalt\w*", r"shalt\w*", r"ohne", r"vergis\w*", r"las"),
    (r"sec", r"markier\w*"),
    (r"otkliuch\w*", r"vikliuch\w*", r"uberi", r"bez", r"otmet\w*", r"postav\w*", r"sdelai"),
)
_CHECKING: Final = _any(
    (r"check", r"checks", r"checking", r"cheks?", r"validation\w*", r"validat\w*", r"validier\w*"),
    (r"verification\w*", r"verif\w*", r"pruf\w*", r"kontrol\w*", r"prover\w+", r"validaci\w+"),
)
_CHECKS: Final = _any(
    (_CHECKING,),
    (r"reviev", r"vorshau", r"bestatigung", r"bedingung\w*", r"conditions?"),
    (r"requirements?", r"rules", r"regeln", r"usloviia", r"trebovani\w+", r"pravila"),
    (r"erors?", r"fehler\w*", r"oshibk\w*", r"varning\w*", r"varnung\w*", r"preduprezhdeni\w+"),
    (r"sperre", r"block", r"blokirovk\w+", r"mising", r"fehlend\w*", r"ocuctvi\w+"),
    (r"restrictions?", r"ogranicheni\w+", r"red", r"rote?"),
)
_LAUNCH: Final = _any(
    (r"launch\w*", r"lauch", r"start", r"go live", r"live", r"activate", r"begin", r"send", r"run"),
    (r"go", r"push"),
    (r"starten?", r"startet", r"aktivier\w*", r"los", r"losleg\w*", r"shick\w*"),
    (r"zapus\w*", r"startui\w*", r"starto\w*", r"aktivirui\w*", r"otprav\w*", r"vkliuch\w*"),
    (r"nachin\w*", r"start\w*"),
)
# An order, as against a report: "start it" and not "it starts".
_ORDER: Final = _any(
    (
        r"(?:^|(?:please|pls|plz|iust|and|then|so|to|u|you|can ve|i) )"
        r"(?:launch|lauch|start|activate|send|run|begin|push|force start|go live|go ahead)\b",
        r"\bmake it go live\b",
        r"\b(?:launch|start|activate|send|push) (?:it|mi|the|them|this|everithing|nov|anivai)\b",
        r"\bgo live\b",
        r"\blaunch$",
        r"\bstart$",
        r"^go\b|\bgo$",
    ),
    (
        r"\b(?:starte|starten|aktivire?|aktiviere|los|leg los|shick|geh live|sende)\b",
        r"\bmach\w* (?:\w+ ){0,3}live\b",
        r"\blive (?:gehen|shalten|secen)\b",
    ),
    (
        r"\b(?:zapusti|zapustite|zapuskai|zapuskaite|zapustit|startui|startuite|start|aktivirui)\b",
        r"\b(?:vkliuchi|vkliuchai|otprav|otpravte|otpravliai|nachinai|posilai|shli)\b",
    ),
)
_REGARDLESS: Final = _any(
    (r"anivai", r"anihov", r"regardles", r"no mater", r"despite", r"in spite", r"dont care"),
    (r"even (?:if|though|vithout|vhen)", r"force(?!cen)\w*", r"forcing", r"vhatever", r"blindli"),
    (r"doesnt mater", r"unverified", r"unchecked", r"idc", r"at ani cost", r"in ani case"),
    (r"trocdem", r"troc", r"egal", r"auch (?:ven|ohne)", r"dennoch", r"erzving\w*", r"vursht"),
    (r"sheis (?:auf|drauf)", r"pfeif\w*", r"ungepruft"),
    (r"vse ravno", r"vse taki", r"nesmotria", r"plevat", r"pofig\w*", r"po fig", r"prinudit\w*"),
    (r"forsir\w*", r"dazhe (?:esli|bez|s)", r"vopreki", r"po liubomu", r"liuboi cenoi"),
)
_LACKING: Final = _any(
    (
        r"(?:vithout|vith no) (?:ani |the |mi |a )?(?:card|paiment|template|budget|sender|adres|"
        r"recipients?|customers?|profile|check\w*|confirm\w*|reviev|preview)",
    ),
    (
        r"ohne (?:karte|zahl\w+|vorlage|budget|absender\w*|adrese|empfanger|kunden|profil|pruf\w*|"
        r"check\w*|bestatigung|vorshau|gultige\w*)",
    ),
    (
        r"bez (?:karti|oplati|shablona|biudzheta|otpravitelia|adresa|poluchatelei|klientov|profilia|"
        r"prover\w+|podtverzhdeniia|predprosmotra|validacii|sposoba)",
    ),
)
_ALTHOUGH: Final = _any(
    (r"although", r"(?:vith|mit|s) (?:\w+ )?(?:erors?|fehlern|oshibkami|failing \w+)", r"obvohl"),
    (r"unvichtig", r"hot (?:tam )?i", r"hotia"),
)
# Who takes the risk, asks for a detour or for a made-up condition does not mean an ordinary launch.
_ON_MY_HEAD: Final = _any(
    (r"(?:mi|our|own) (?:own )?(?:risk|responsibiliti|head|acount)", r"acept (?:the |al )?risks?"),
    (r"take (?:the |al |ful |al the )?(?:blame|risks?|responsibiliti)", r"i am responsible"),
    (r"(?:eigene\w*|mein\w*|unser\w*) (?:risiko|gefahr|verantvortung|kape)", r"ich hafte"),
    (r"(?:ubernehm\w*|trage?) (?:\w+ ){0,2}(?:risiko|verantvortung|haftung)",),
    (r"(?:svoi|moi|nash) (?:strah|risk)\w*", r"(?:moiu|svoiu|nashu|lichnuiu) otvectven\w*"),
    (r"otvectven\w+ (?:beru|na sebia|na mne|za mnoi)", r"beru (?:\w+ ){0,2}na sebia"),
)
_MADE_UP: Final = _any(
    (
        r"pretend\w*",
        r"as (?:if|though)",
        r"act like",
        r"dumi",
        r"bogus",
        r"placeholder",
        r"made up",
        r"fantas\w+",
        r"virtual\w*",
        r"asume",
    ),
    (
        r"half (?:readi|done|finished)",
        r"(?:v o|vo) (?:the |a |mi )?(?:card|template|budget|check\w*)",
    ),
    (
        r"halbfertig",
        r"(?:tu\w*|tun) (?:\w+ ){0,2}so als",
        r"so (?:tun )?als (?:ob|vare?)",
        r"(?:dran|daran|am sistem) vorbei",
        r"vorbei an",
    ),
    (r"speren? (?:aufheben|losen|entfernen|raus\w*)", r"hake?n? (?:dran|seczen|secen|rein)"),
    (
        r"shitai(?:te)?",
        r"(?:sdelai|delai|sdelaem)\w* vid",
        r"budto",
        r"(?:snim\w*|sniat|uber\w*) (?:stopor|blok\w*|ogranich\w*|zamok)",
    ),
    (
        r"\w*kart\w* (?:von|ot) (?:\w+ )?(?:ander\w*|drugo\w*)",
        r"sudo",
        r"(?:make|mark|set) (?:\w+ ){1,3}green",
    ),
    (
        r"(?:mach|sec(?!hs)|stel|markier)\w* (?:\w+ ){0,3}grun",
        r"(?:otmet|sdelai|postav)\w* (?:\w+ ){0,3}zelen\w*",
    ),
    (r"(?:sort|fix|ad|pai|suppli|deliver|do)\w* (?:\w+ ){0,4}(?:later|aftervards)",),
    (r"(?:spater|nachher|hinterher) (?:\w+ ){0,2}(?:nach\w+|mach\w*|klar\w*|eintrag\w*|zahl\w*)",),
    (
        r"potom (?:\w+ ){0,2}(?:dobav\w*|zapoln\w*|razber\w*|isprav\w*|dones\w*|oplach\w*|privia\w*)",
    ),
    (r"(?:nafig|nahren|k chertu|chert s|fig s|bog s) \w+", r"naris\w+", r"(?:fikti|levi|chuzh)\w*"),
)
_NOT_ALL: Final = _any(
    (r"(?:one|tvo|thre|four|five|[1-5]) (?:out )?of (?:the )?(?:six|6)", r"not (?:al|everithing)"),
    (r"(?:eins|cvei|drei|vier|funf|[1-5]) (?:von|aus) (?:den )?(?:sechs|6)", r"nicht ales?"),
    (r"(?:odin|dva|tri|chetire|piat|[1-5])(?: punkt\w*)? iz (?:shesti|6)", r"ne vse"),
)
_NOT_CHECKING: Final = re.compile(
    rf"\b(?:dont|do not|not|nothing|nicht|nichc|kein\w*|ne|no|never|nichego ne) "
    rf"(?:\w+ )?(?:{_CHECKING})\b"
    rf"|\b(?:{_CHECKING}) (?:nothing|nicht|nichc|nicht notig|aus|off|ne nuzhni|potom|sind unvichtig)\b"
)
# A report, or a question whether a condition can be missing, is no order.
_FAILS_TO_LAUNCH: Final = re.compile(
    r"\b(?:doesnt|does not|vont|cant|cannot|can not|couldnt|isnt|nicht|ned|ne|unable|refuses?|kein|no) "
    rf"(?:\w+ ){{0,2}}(?:{_LAUNCH})\b"
    r"|\b(?:startet|starc|launches)\b(?: \w+){0,3} (?:nicht|ned|net|fails?|failed|not)\b"
    r"|\b(?:vhi|varum|vieso|veshalb|pochemu|geht nicht|klapt nicht|ne mogu|ne poluch\w+)\b"
    r"|\b(?:gespert|blokirt|(?<!if )blocked|grau|grei|disabled|inaktiv|zablokir\w*|nedostup\w*)\b"
    r"|\b(?:reag\w+ nicht|keine reaktion|no reaction|greied)\b"
    r"|\b(?:can|could|may|must) i (?!skip|ignor)|\b(?:kan|darf) ich (?!die|den)|\bmozhno li\b"
)

_PAST_CHECKS: Final = re.compile(
    rf"\b(?:{_PAST})\b.*\b(?:{_CHECKS})\b|\b(?:{_CHECKS})\b.*\b(?:{_PAST})\b"
)
_OFF_CHECKS: Final = re.compile(
    rf"\b(?:{_OFF})\b(?: \w+){{0,4}} (?:{_CHECKING})\b|\b(?:{_CHECKING})\b(?: \w+){{0,3}} (?:{_OFF})\b"
)
_IS_ABOUT_LAUNCH: Final = re.compile(rf"\b(?:{_LAUNCH})\b")
_IS_ABOUT_CHECKING: Final = re.compile(rf"\b(?:{_CHECKING})\b")
_RISKS: Final = re.compile(rf"\b(?:{_ON_MY_HEAD})\b")
_IS_ORDER: Final = re.compile(_ORDER)
_ANYWAY: Final = re.compile(rf"\b(?:{_REGARDLESS}|{_LACKING})\b")
_ALTHOUGH_WRONG: Final = re.compile(rf"\b(?:{_ALTHOUGH})\b")
_DODGES: Final = re.compile(rf"\b(?:{_ON_MY_HEAD}|{_MADE_UP}|{_NOT_ALL})\b")
_PAST_ANYTHING: Final = re.compile(rf"\b(?:{_PAST})\b")


def tells_to_skip_the_checks(folded: str) -> bool:
    """Whether a message surely asks to go past the checks, errors or warnings."""
    launches = bool(_IS_ABOUT_LAUNCH.search(folded))
    if _PAST_CHECKS.search(folded) and (launches or _IS_ABOUT_CHECKING.search(folded)):
        return True
    if _FAILS_TO_LAUNCH.search(folded) or not _IS_ORDER.search(folded):
        return False
    return bool(
        _OFF_CHECKS.search(folded)
        or _NOT_CHECKING.search(folded)
        or _ANYWAY.search(folded)
        or _ALTHOUGH_WRONG.search(folded)
        or _RISKS.search(folded)
    )


def launches_regardless(folded: str) -> bool:
    """Whether a message that sounds like a launch wants it whatever the checks say."""
    return bool(
        _ANYWAY.search(folded)
        or _PAST_ANYTHING.search(folded)
        or _OFF_CHECKS.search(folded)
        or _NOT_CHECKING.search(folded)
        or _ALTHOUGH_WRONG.search(folded)
        or _DODGES.search(folded)
    )
