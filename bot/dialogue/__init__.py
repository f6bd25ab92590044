"""The dialogue: what a turn is, how a scene answers it, how it becomes durable. Refuses transports."""
