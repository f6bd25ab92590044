"""Recipients: synchronise now, send a CSV file, or connect a shop step by step."""

from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, STEP, place_link
from bot.dialogue.turn import Action, Ask, Outcome, Phrase, Reply, Upload
from bot.errors import Refused
from bot.ports.accounts import Change, ImportCustomers, SyncSource
from bot.ports.files import FileRef
from bot.scenes.fixes import customer_file
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Account, Campaign, Source, SourceType
from diagnostics.checks.recipients import Condition, condition

_SHOPS = (SourceType.SHOPIFY, SourceType.BILLBEE)
_NOT_SYNCABLE = (Condition.BROKEN, Condition.KEPT, Condition.GONE, Condition.SYNCING)
_MOST_OFFERED = 3


class RecipientsFix(Fix):
    """Starts a synchronisation where one can help; a customer file is dry-run before anything."""

    name = "fix_recipients"
    check = "recipients"
    place = "integrations"
    refusals = frozenset(
        ("too_soon", "already_syncing", "source_broken", "row_invalid", "too_many_rows", "no_rows")
    )

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """How each source stands, and what can be done about it."""
        account = await turn.account()
        sources = account.sources if isinstance(account.sources, tuple) else ()
        return self.ask(
            turn,
            Phrase("fix_recipients/ask", {"sources": [_shown(one, account) for one in sources]}),
            step="ask",
            ask=Ask("file", "customers", optional=True),
            actions=(
                *(
                    Action(
                        f"fix_recipients.sync:{short(one.id)}",
                        Phrase("fix_recipients/button_sync", {"name": one.name}),
                        "primary",
                    )
                    for one in _syncable(account)[:_MOST_OFFERED]
                ),
                Action("fix_recipients.csv", Phrase("fix_recipients/button_csv")),
                Action("fix_recipients.connect:shopify", Phrase("fix_recipients/button_shopify")),
                Action("fix_recipients.connect:billbee", Phrase("fix_recipients/button_billbee")),
            ),
            remember={"file": None},
        )

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """Synchronise, ask for a file, or show how a shop is connected."""
        if what == "sync":
            account = await turn.account()
            source = next((s for s in _syncable(account) if short(s.id) == argument), None)
            if source is None:
                return None
            return await self.apply(
                turn, campaign, SyncSource(source_id=source.id), key=f"{turn.key}:sync"
            )
        if what == "csv":
            return self._ask_file(turn)
        if what == "connect" and argument in ("shopify", "billbee"):
            return self._connect(turn, argument)
        return None

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """A file of customers."""
        if not isinstance(turn.content, Upload):
            return None
        file = next((f for f in turn.content.files if not f.type.startswith("image/")), None)
        return await self._dry_run(turn, file) if file is not None else None

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """The next thing to do here is a file or a button."""
        return self.again(
            turn,
            (Phrase("fix_recipients/send_file"), Phrase("fix_recipients/example_file")),
            campaign=campaign,
            ask=Ask("file", "customers"),
            actions=(
                Action("fix_recipients.csv", Phrase("fix_recipients/button_csv")),
                Action("walkthrough.again", Phrase("buttons/check_again")),
            ),
        )

    def confirmation(self, change: Change, campaign: Campaign) -> Phrase:
        """What was begun or brought in."""
        if isinstance(change, ImportCustomers):
            return Phrase("fix_recipients/imported", {"count": len(change.customers)})
        return Phrase("fix_recipients/sync_started")

    def refused(self, turn: Turn, refused: Refused, campaign: Campaign) -> Outcome:
        """Why not, and when it works; another way stays open."""
        known = refused.code in self.refusals
        facts = {name: refused.facts.get(name) for name in ("retry_at", "row", "most", "error")}
        return Outcome(
            scene=self.name,
            step="ask",
            forget=(self.name,),
            replies=(
                Reply(
                    phrase=Phrase(f"fix_recipients/refused_{refused.code}", facts)
                    if known
                    else Phrase("fix/refused"),
                    slot=STEP,
                    actions=(
                        Action("walkthrough.again", Phrase("buttons/check_again"), "primary"),
                        Action("fix_recipients.csv", Phrase("fix_recipients/button_csv")),
                        place_link(turn, self.place, campaign_id=campaign.id),
                        PERSON,
                    ),
                ),
            ),
        )

    # --- a customer file -----------------------------------------------------------------------

    def _ask_file(self, turn: Turn) -> Outcome:
        return self.ask(
            turn,
            Phrase("fix_recipients/ask_file"),
            step="file",
            ask=Ask("file", "customers"),
            remember={"file": None},
        )

    async def _dry_run(self, turn: Turn, file: FileRef) -> Outcome:
        """Read the file without importing anything, and show what would happen."""
        if turn.progress is not None:
            await turn.progress("file")
        found = await customer_file.read(turn.world.files, file.id)
        if isinstance(found, customer_file.Problem):
            return self._unusable(turn, Phrase(f"fix_recipients/csv_{found.code}", found.facts))
        values = customer_file.shown(found, name=file.name)
        if not found.customers:
            return self._unusable(turn, Phrase("fix_recipients/csv_all_bad", values))
        return self.propose_stored(
            turn,
            {"kind": "import_file", "file": file.id, "name": file.name},
            Phrase("fix_recipients/confirm_import", values),
            actions=(Action("fix_recipients.csv", Phrase("fix_recipients/button_other_file")),),
            save=Phrase("fix_recipients/button_import", {"count": len(found.customers)}),
        )

    def _unusable(self, turn: Turn, phrase: Phrase) -> Outcome:
        return self.ask(
            turn,
            phrase,
            step="file",
            ask=Ask("file", "customers"),
            actions=(place_link(turn, self.place), PERSON),
        )

    async def act(self, turn: Turn, campaign: Campaign, stored: object, *, key: str) -> Outcome:
        """Import what the dry run showed: the file is read again, a conversation keeps no rows."""
        wanted = customer_file.stored(stored)
        if wanted is None:
            return await super().act(turn, campaign, stored, key=key)
        file_id, name = wanted
        found = await customer_file.read(turn.world.files, file_id)
        if isinstance(found, customer_file.Problem):
            return self._unusable(turn, Phrase(f"fix_recipients/csv_{found.code}", found.facts))
        change = ImportCustomers(name=name, customers=found.customers)
        return await self.apply(turn, campaign, change, key=key)

    # --- connecting a shop ---------------------------------------------------------------------

    def _connect(self, turn: Turn, shop: str) -> Outcome:
        return Outcome(
            scene=self.name,
            step="ask",
            replies=(
                Reply(
                    phrase=Phrase(f"fix_recipients/connect_{shop}"),
                    slot=STEP,
                    actions=(
                        place_link(turn, self.place),
                        Action(
                            "walkthrough.again",
                            Phrase("fix_recipients/button_connected"),
                            "primary",
                        ),
                        Action("fix_recipients.change", Phrase("buttons/back")),
                        PERSON,
                    ),
                ),
            ),
        )


def _syncable(account: Account) -> tuple[Source, ...]:
    """Connected shops for which a synchronisation could begin now."""
    if not isinstance(account.sources, tuple):
        return ()
    return tuple(
        source
        for source in sorted(account.sources, key=lambda one: (one.name, one.id))
        if source.type in _SHOPS
        and condition(source, taken_at=account.taken_at) not in _NOT_SYNCABLE
    )


def _shown(source: Source, account: Account) -> dict[str, object]:
    return {
        "name": source.name,
        "type": source.type.value,
        "condition": condition(source, taken_at=account.taken_at).value,
        "customers": source.customers,
        "error": source.error,
    }
