"""The pages of an account: joining, signing in, keys, use, security."""

from portal.web.account.routes import register

__all__ = ["register"]
