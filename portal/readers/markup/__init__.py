"""XML and HTML, as tables where they are tables."""
