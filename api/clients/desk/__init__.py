"""Adapters of the ``Desk`` port, one a provider, chosen by the setting ``TICKET_DESK``."""
