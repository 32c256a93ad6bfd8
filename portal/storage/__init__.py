"""Where bytes lie: published and spooled files by content, and the quarantine apart from them."""
