"""Payment providers behind ``bot.ports.payments``. Refuses to judge methods: checks do."""
