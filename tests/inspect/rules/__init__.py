"""Rule by rule, one file for each family: what counts, in a word each, and what only looks so."""
