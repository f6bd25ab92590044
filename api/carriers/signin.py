"""Sign-in codes: looked up, made and mailed outside the turn that asked for one."""

from functools import partial

import structlog

from api.carriers.merchant_mail import MerchantMail
from api.courier import Carried
from api.storage.credential_store import issue_code
from api.storage.database import Database
from api.storage.outbox import Entry
from bot.ports.accounts import Accounts
from bot.ports.clock import Clock

log = structlog.get_logger(__name__)


class SignInCodes:
    """Mails a code if the address has an account, and does nothing anybody could see if not."""

    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        mail: MerchantMail,
        clock: Clock,
        secret_key: str,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._mail = mail
        self._clock = clock
        self._secret_key = secret_key

    async def carry(self, entry: Entry) -> Carried:
        """One wanted code. A repetition after a crash mails a fresh code, which is the valid one."""
        merchant = await self._accounts.by_email(entry.payload["email"])
        if merchant is None:
            return None
        code = await self._database.write(
            partial(
                issue_code,
                conversation_id=entry.payload["conversation_id"],
                merchant_id=merchant.id,
                secret_key=self._secret_key,
                now=self._clock.now(),
            )
        )
        if code is None:
            log.warning("signin.too_many_codes", merchant=merchant.id)
            return None
        return await self._mail.send(
            merchant,
            "code",
            {"code": f"{code[:4]} {code[4:]}"},
            locale=entry.payload["locale"],
            key=f"{entry.key}:{entry.attempts}",
        )
