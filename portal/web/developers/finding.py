"""Finding operations by words: in names, addresses, parameters and sentences, English and as the page speaks."""

from portal.http.context import language
from portal.i18n import translate
from portal.web.developers.reading import Operation


def has_words(operation: Operation, asked: str) -> bool:
    """Whether the operation has every word somewhere, in capitals or not; without words, yes."""
    written = _words_of(operation) if asked else ""
    return all(word in written for word in asked.casefold().split())


def _words_of(operation: Operation) -> str:
    sentences = [operation.summary, operation.description, *(one.description for one in operation.parameters)]
    spoken = [translate(language(), text.replace("%", "%%")) for text in sentences if text]
    names = [operation.name, operation.method, operation.path, operation.tag, operation.budget]
    names += [one.name for one in operation.parameters]
    names += [code for error in operation.errors for code in error.problems]
    return "\n".join((*names, *sentences, *spoken)).casefold()
