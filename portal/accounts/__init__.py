"""Accounts and API keys: who a caller is."""
