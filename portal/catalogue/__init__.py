"""What we hold: datasets, publishers, themes, versions, verdicts; queries to read them, commands to change them."""
