"""The CKAN door."""
