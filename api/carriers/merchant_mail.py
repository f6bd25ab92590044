"""One e-mail to a merchant, in their language: what every carrier of such mails does with it."""

from collections.abc import Mapping

from api.courier import Carried, Dead
from bot.dialogue.richtext import to_plain
from bot.errors import Refused
from bot.ports.accounts import Merchant
from bot.ports.mailer import Mail, Mailer
from bot.ports.words import Voice


class MerchantMail:
    """Says the phrases ``mail/<kind>_subject`` and ``mail/<kind>``; both know the merchant's name."""

    def __init__(self, *, mailer: Mailer, voice: Voice) -> None:
        self._mailer = mailer
        self._voice = voice

    async def send(
        self,
        merchant: Merchant,
        kind: str,
        values: Mapping[str, object],
        *,
        locale: str,
        key: str,
    ) -> Carried:
        """Hand it over; an address that takes no mail is the end of it.
        :class:`~bot.errors.Unavailable` if trying again may help."""

        def say(phrase: str) -> str:
            known = {"name": merchant.name, **values}
            return to_plain(self._voice.say(f"mail/{phrase}", known, locale=locale))

        mail = Mail(to=merchant.email, subject=say(f"{kind}_subject"), text=say(kind), key=key)
        try:
            await self._mailer.send(mail)
        except Refused as error:
            return Dead(error.code)
        return None
