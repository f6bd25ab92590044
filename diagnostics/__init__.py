"""What is true about an account: pure rules over a snapshot. No I/O, clock, or words for people."""
