"""The WSGI entry point for gunicorn and waitress."""
