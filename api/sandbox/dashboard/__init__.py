"""The sandbox Dashboard: a small AutoLetter workspace to try the assistant on.

What it shows of the checks comes from the public HTTP API, the chat from the public embed. Refuses to
run anywhere but in the demo: whoever opens it may act for every merchant.
"""
