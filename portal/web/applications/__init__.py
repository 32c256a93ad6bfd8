"""Pages of conditional datasets: applying, one's own applications, and deciding about them."""

from portal.web.applications.routes import register

__all__ = ["register"]
