"""The door for language models, through the official client and by hand."""
