"""A sample data-exchange platform: a program of its own, standard library only, invented data.

It stands in for the platform of a district so that the portal can be tried and tested. Nothing here imports the
portal or its harvesters; both sides follow `docs/sources.md`. Start it with `python -m tests.sample_platform --port 0`.
"""
