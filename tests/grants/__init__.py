"""Applications, agreements, grants."""
