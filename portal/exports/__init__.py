"""Files made from tables: for downloads, the API and the worker alike."""

from portal.exports.errors import UnknownFormat
from portal.exports.files import MadeFile, make_file
from portal.exports.formats import FORMATS, Format

__all__ = ["FORMATS", "Format", "MadeFile", "UnknownFormat", "make_file"]
