"""Budgets per tier and class, declared once, and the limiter that counts them."""
