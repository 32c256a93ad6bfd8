"""Descriptions for other people's catalogues and tools: DCAT, data.json, schema.org, Croissant, data packages, OAI-PMH.

Every document here is read as an anonymous caller sees the catalogue, whoever asks: it is the same for all, for caches too.
"""

from portal.linked.blueprint import create_blueprint

__all__ = ["create_blueprint"]
