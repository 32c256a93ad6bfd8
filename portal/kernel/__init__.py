"""The words of the domain: values without I/O, standard library only."""
