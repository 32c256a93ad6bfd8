"""The name of a dataset in CKAN's sense: unique, legal, and the same for ever, because clients keep it in their addresses."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset
from portal.catalogue.publication import Publication
from portal.kernel.text import Language

LEGAL_NAME = re.compile(r"[a-z0-9_-]{2,100}", re.ASCII)
_WORDS = re.compile(r"[a-z0-9]+")
_MAX_WORDS = 80
_OWN_NAME = re.compile(r"(?=.*[a-z])[a-z0-9_-]{2,100}", re.ASCII)


def free_name(session: Session, publication: Publication, dataset_id: str) -> str:
    """A name that no dataset has: the source's where it is one, else the words of the English title, else the id.

    Where another has it already, the id is added: a number would count what the caller may not see.
    """
    wanted = _wanted(publication) or f"dataset-{dataset_id}"
    taken = session.scalar(select(Dataset.id).where(Dataset.name == wanted, Dataset.id != dataset_id))
    return f"{wanted[: 100 - 1 - len(dataset_id)]}-{dataset_id}" if taken else wanted


def _wanted(publication: Publication) -> str:
    if _OWN_NAME.fullmatch(publication.resource_code):
        return publication.resource_code
    title = publication.title.wording(Language.EN)
    plain = unicodedata.normalize("NFKD", title.value).encode("ascii", "ignore").decode().lower() if title else ""
    words = "-".join(_WORDS.findall(plain))[:_MAX_WORDS].strip("-")
    return words if len(words) >= 3 and re.search("[a-z]", words) else ""
