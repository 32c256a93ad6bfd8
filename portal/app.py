"""The Flask application: doors registered, nothing decided."""
