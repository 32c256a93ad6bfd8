"""Documents and pictures: published as they are, if at all."""
