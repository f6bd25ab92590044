"""Tests of the fake Bot API server itself; refuses to test the assistant."""
