"""Both languages of the interface, through plain Babel."""
