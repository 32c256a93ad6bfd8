"""Webhooks: being told of public changes of a dataset or of a search, signed, again and again until it is taken."""
