"""The door for language models' tools: the Model Context Protocol at `/mcp`, read only."""

from portal.mcp.blueprint import create_blueprint

__all__ = ["create_blueprint"]
