"""Schema migrations, and running them from the program itself."""
