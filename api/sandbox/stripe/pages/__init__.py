"""Stripe's hosted pages, Checkout in setup mode and the portal. Refuses scripts."""

from api.sandbox.stripe.pages.rooms import Pages

__all__ = ["Pages"]
