"""Downloads: files made once, spooled by content, served with ranges, validators and digests."""

from portal.downloads.blueprint import create_blueprint

__all__ = ["create_blueprint"]
