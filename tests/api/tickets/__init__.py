"""Tickets: the application services, what leaves the house, the HTTP surface."""
