"""The demo's web application: the service plus the pages that only a demo has."""

from functools import partial

from fastapi import FastAPI

from api.app import build
from api.demo import Demo
from api.identity import sign
from api.routes import sandbox
from api.sandbox.dashboard.backend import DemoServices, SentMail
from api.storage import sandbox as workspaces


def demo_app(running: Demo) -> FastAPI:
    """The service with the sandbox Dashboard on top."""
    assistant = running.assistant
    key = assistant.settings.widget_signing_key.get_secret_value()
    services = DemoServices(
        accounts=assistant.accounts,
        campaigns=assistant.campaigns,
        payments=assistant.payments,
        clock=assistant.clock,
        everyone=partial(assistant.database.read, workspaces.all_merchants),
        identity=lambda merchant_id: sign(merchant_id, key=key, now=assistant.clock.now()),
        mails=lambda: [
            SentMail(to=mail.to, subject=mail.subject, text=mail.text, sent_at=at)
            for mail, at in running.inbox.mails()
        ],
        api_url=assistant.settings.public_url,
        service_token=running.service_token,
    )
    return build(assistant, extra=(sandbox.router(services),))
