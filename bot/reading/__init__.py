"""What merchants type, turned into values: amounts, addresses, names, yes and no. Refuses guesses."""
