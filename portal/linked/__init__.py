"""Descriptions for other people's catalogues and tools: DCAT, data.json, schema.org, Croissant, data packages, OAI-PMH."""

from portal.linked.blueprint import create_blueprint

__all__ = ["create_blueprint"]
