"""Sources become plain records. Imports nothing of `portal`: a harvester can be tried and tested alone."""
