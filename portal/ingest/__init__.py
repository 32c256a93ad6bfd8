"""Conducts one record's way: list, select, fetch, parse, project, inspect, compare, approve, publish."""
