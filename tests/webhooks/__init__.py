"""Webhooks: made by their owner, told of public changes, signed, repeated, logged."""
