"""Files of text: encoding, dialect, JSON."""
