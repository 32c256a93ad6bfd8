"""Bytes that departments deliver into typed columns, in a child process with limits."""
