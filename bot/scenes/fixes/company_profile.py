"""Company profile: the missing fields, one at a time or together in one message."""

from collections.abc import Mapping

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Ask, Outcome, Phrase, Upload
from bot.ports.accounts import SetProfile
from bot.reading.contacts import LONGEST_NAME, read_company, read_contact, read_phone, shown
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Campaign, Profile
from diagnostics.checks.company_profile import e164, missing
from diagnostics.text import blank

_MOST_DIGITS_IN_A_NAME = 4


class CompanyProfileFix(Fix):
    """Asks for what the check misses and for nothing else."""

    name = "fix_company_profile"
    check = "company_profile"
    place = "profile"
    refusals = frozenset(("phone_invalid", "field_blank", "too_long"))

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Ask for the first missing field."""
        return await self._next(turn, {})

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """There are no buttons beyond the common ones."""
        del turn, campaign, what, argument
        return None

    def takes_anything(self, turn: Turn) -> bool:
        """A company's name, and the platform's own fields, may be any text."""
        return turn.conversation.step not in ("phone", "confirm")

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """The field that was asked for, or both at once."""
        if isinstance(turn.content, Upload) or not turn.text:
            return None
        values = self._values(turn)
        wanted = await self._missing(turn)
        field = turn.conversation.step
        if field in ("typed", "confirm"):
            field = next((name for name in wanted if name not in values), "")
        found = self._read(turn, field, wanted)
        if not found:
            return None
        return await self._next(turn, {**values, **found})

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Say what form the field has."""
        field = turn.conversation.step
        digits = sum(sign.isdigit() for sign in turn.text)
        ladder: tuple[Phrase, ...]
        if field == "company_name":
            ladder = (
                Phrase("fix_company_profile/bad_company_name"),
                Phrase("fix_company_profile/example_company_name"),
            )
        elif field in ("phone", "refused"):
            ladder = (
                Phrase("fix_company_profile/bad_phone", {"digits": digits > 0}),
                Phrase("fix_company_profile/example_phone"),
            )
        else:
            ladder = (Phrase("fix_company_profile/bad_field", {"field": field}),)
        return self.again(turn, ladder, campaign=campaign, ask=_ask(field))

    def _read(self, turn: Turn, field: str, wanted: tuple[str, ...]) -> dict[str, str]:
        """What a text gives for the fields that are wanted."""
        both = read_contact(turn.text)
        if "phone" in wanted and "company_name" in wanted and both.phone and both.company_name:
            return {"phone": both.phone, "company_name": both.company_name}
        if field == "phone" or (not field and "phone" in wanted):
            phone = read_phone(turn.text)
            return {"phone": phone} if phone else {}
        if field == "company_name":
            if "phone" in wanted and both.phone and both.company_name is None:
                # The phone before its turn: kept, and the name is asked for again.
                return {"phone": both.phone}
            name = read_company(turn.text)
            digits = sum(sign.isdigit() for sign in turn.text)
            looks_like_a_phone = digits > _MOST_DIGITS_IN_A_NAME and both.phone is not None
            return {"company_name": name} if name and not looks_like_a_phone else {}
        value = " ".join(turn.text.split())
        if not field or blank(value) or len(value) > LONGEST_NAME:
            return {}
        return {field: value}

    async def _next(self, turn: Turn, values: Mapping[str, str]) -> Outcome:
        """The next missing field, or before and after."""
        wanted = await self._missing(turn)
        open_fields = [name for name in wanted if name not in values]
        profile = await self._profile(turn)
        if open_fields:
            field = open_fields[0]
            known = field in ("company_name", "phone")
            return self.ask(
                turn,
                Phrase(
                    f"fix_company_profile/ask_{field if known else 'other'}",
                    {
                        "field": field,
                        "left": len(open_fields),
                        "phone": profile.phone,
                        "both": open_fields[:2] == ["company_name", "phone"],
                    },
                ),
                step=field,
                ask=_ask(field),
                remember={"values": dict(values)},
            )
        if not values:
            return await self._complete(turn)
        return self.propose(
            turn,
            SetProfile(fields=dict(values)),
            Phrase(
                "fix_company_profile/confirm",
                {"rows": [_row(profile, name, value) for name, value in values.items()]},
            ),
            remember={"values": dict(values)},
        )

    async def _complete(self, turn: Turn) -> Outcome:
        """Nothing is missing any more, perhaps because it was filled in elsewhere meanwhile."""
        return Outcome(forget=(self.name,), then="walkthrough.fixed")

    def _values(self, turn: Turn) -> dict[str, str]:
        held = self.own(turn).get("values")
        return {str(k): str(v) for k, v in held.items()} if isinstance(held, Mapping) else {}

    async def _profile(self, turn: Turn) -> Profile:
        profile = (await turn.account()).profile
        return profile if isinstance(profile, Profile) else Profile()

    async def _missing(self, turn: Turn) -> tuple[str, ...]:
        """Empty fields, and a phone that is nobody's number."""
        profile = await self._profile(turn)
        gaps = missing(profile)
        if "phone" not in gaps and e164(profile.phone or "") is None:
            return tuple(sorted((*gaps, "phone"), key=_order))
        return gaps


def _order(name: str) -> tuple[int, str]:
    return {"company_name": 0, "phone": 1}.get(name, 2), name


def _ask(field: str) -> Ask:
    return Ask("phone" if field == "phone" else "text", field)


def _row(profile: Profile, name: str, value: str) -> tuple[str, str | None, str]:
    """Field, before, after; phones as people write them."""
    if name == "phone":
        return name, profile.phone, shown(value) or value
    old = profile.company_name if name == "company_name" else profile.extra.get(name)
    return name, None if blank(old) else old, value
