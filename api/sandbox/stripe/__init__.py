"""A Stripe of our own on loopback: real HTTP, Stripe's shapes, pages that "pay", signed webhooks.

Ships with the demo and serves the tests. Refuses real keys and never leaves the machine by itself:
the one address that it calls is the webhook it is given."""

from api.sandbox.stripe.faults import Fault, FaultKind, Faults
from api.sandbox.stripe.server import SandboxStripe

__all__ = ["Fault", "FaultKind", "Faults", "SandboxStripe"]
