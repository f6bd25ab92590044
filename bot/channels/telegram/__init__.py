"""Telegram: updates into events, messages into what Telegram shows. Refuses to decide or to send."""

from bot.dialogue.channel import Capabilities

CHANNEL = "telegram"
MOST_TEXT = 4096
"""UTF-16 units of one message, markup not counted."""

CAPABILITIES = Capabilities(buttons=True, edits=True, uploads=True, max_length=MOST_TEXT)
