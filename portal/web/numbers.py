"""Whole numbers from a query string: bounded, and never an error page for a mistyped one."""

from flask import request


def page_number(name: str = "page", *, most: int = 10_000) -> int:
    """The 1-based page asked for; 1 where the parameter is absent or is no number."""
    text = request.args.get(name, "1")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return 1
    return max(1, min(int(text), most))
