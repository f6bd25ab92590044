"""The chat for web pages: the embed, and the modules that it loads when it is first opened.

Refuses to know anything but the public chat API: what the service says is drawn, nothing is decided.
"""
