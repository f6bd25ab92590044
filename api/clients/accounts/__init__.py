"""Account sources behind ``bot.ports.accounts``. Refuses to judge an account: checks do."""
