"""A small CKAN Action API v3 over a directory of package_show answers: a program of its own, standard library only."""
