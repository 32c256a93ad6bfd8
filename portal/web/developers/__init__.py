"""How to call this site by program, for people: a small site written from the declarations that the programs obey."""

from portal.web.developers.pages import GUIDES, register
from portal.web.developers.reading import list_texts, read_operations

__all__ = ["GUIDES", "list_texts", "read_operations", "register"]
