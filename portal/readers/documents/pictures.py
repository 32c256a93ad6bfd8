"""Pictures: what their files say beside the pixels. What the pixels show no program here can judge, so a person looks."""

import re
from collections.abc import Iterator
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.Image import DecompressionBombError

from portal.readers.errors import FileRefused
from portal.readers.reading import Note

MOST_PIXELS = 400_000_000
_MOST_FRAMES = 1_000
_MOST_TEXT_BYTES = 1 << 20
_GPS = ExifTags.IFD.GPSInfo
_SUB_DIRECTORIES = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop)
_TECHNICAL = frozenset(
    {"Orientation", "XResolution", "YResolution", "ResolutionUnit", "ExifOffset", "GPSInfo", "ColorSpace", "YCbCrPositioning",
     "ExifVersion", "FlashPixVersion", "ComponentsConfiguration", "ExifImageWidth", "ExifImageHeight", "ImageWidth",
     "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets", "SamplesPerPixel",
     "RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "ExifInteroperabilityOffset"}
)  # fmt: skip
_LAYOUT = frozenset({"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "srgb", "chromaticity", "aspect",
                     "progressive", "progression", "adobe", "adobe_transform", "interlace", "transparency", "version",
                     "background", "duration", "loop", "extension", "compression", "timestamp", "mpoffset", "mp"})  # fmt: skip
_READABLE = re.compile(rb"[\x20-\x7e\x80-\xff]{6,}")
Found = tuple[list[str], list[Note]]


def read_picture(path: Path) -> Found:
    """The texts beside the pixels, and what keeps the picture in, by kind. Raises FileRefused.

    The picture is measured by its header and never unpacked.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice as many
    try:
        with Image.open(path) as picture:
            pixels = picture.width * picture.height
            if pixels > MOST_PIXELS:
                raise FileRefused("file_bomb", f"The picture has {pixels} pixels; at most {MOST_PIXELS} are taken.")
            notes = [Note("picture_content", picture.format or "picture", 1)]
            frames = min(_MOST_FRAMES, int(getattr(picture, "n_frames", 1)))
            if frames > 1:
                notes.append(Note("picture_frames", picture.format or "picture", frames))
            exif, kinds = _exif(picture)
            beside, more = _info(picture)
        if _has_more_behind(path):
            notes.append(Note("picture_trailing", picture.format or "picture", 1))
    except FileRefused:
        raise
    except DecompressionBombError as error:
        raise FileRefused("file_bomb", f"The picture has more than {MOST_PIXELS} pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError) as error:
        raise FileRefused(
            "file_damaged", f"The picture cannot be opened ({type(error).__name__}); deliver it again."
        ) from error
    notes += [Note("picture_position", "EXIF", 1)] if "GPS" in kinds else []
    notes += [Note("picture_metadata", kind, 1) for kind in sorted((kinds | more) - {"GPS"})]
    return [*exif, *beside], notes


def _has_more_behind(path: Path) -> bool:
    """Whether bytes follow the end of the picture, where viewers do not look."""
    content = path.read_bytes()
    if content.startswith(b"\xff\xd8"):
        return not content.endswith(b"\xff\xd9")
    return content.startswith(b"\x89PNG") and content.rfind(b"IEND") != len(content) - 8


def _exif(picture: Image.Image) -> tuple[list[str], set[str]]:
    """Texts in EXIF, and which tags that are not about technique are filled."""
    exif = picture.getexif()
    texts: list[str] = []
    kinds: set[str] = set()
    directories = [(ExifTags.TAGS, dict(exif))]
    directories += [
        (ExifTags.GPSTAGS if at is _GPS else ExifTags.TAGS, dict(exif.get_ifd(at))) for at in _SUB_DIRECTORIES
    ]
    for names, values in directories:
        for tag, value in values.items():
            name = "GPS" if names is ExifTags.GPSTAGS else names.get(tag, f"tag {tag}")
            if name not in _TECHNICAL:
                kinds.add(name)
                texts += _as_texts(value)
    return texts, kinds


def _info(picture: Image.Image) -> tuple[list[str], set[str]]:
    """Comments, XMP, IPTC and text chunks, which Pillow keeps beside the picture."""
    texts: list[str] = []
    kinds: set[str] = set()
    for key, value in picture.info.items():
        name = str(key)
        if name.lower() in _LAYOUT or name == "exif":
            continue
        kinds.add("ICC" if name == "icc_profile" else name[:40])
        texts += _as_texts(value)
    app = getattr(picture, "applist", ())
    for marker, content in app:
        if marker not in {"APP0", "APP1", "APP2", "APP14"}:
            kinds.add(str(marker))
        texts += _as_texts(content)
    return texts, kinds


def _as_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, bytes):
        for run in _READABLE.findall(value[:_MOST_TEXT_BYTES]):
            for codec in ("utf-8", "gb18030"):
                try:
                    yield run.decode(codec)
                    break
                except UnicodeDecodeError:
                    continue
        if value.count(b"\x00") * 3 > len(value):  # the fields that Windows writes are UTF-16
            yield value[:_MOST_TEXT_BYTES].decode("utf-16-le", "replace").replace("\x00", "")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _as_texts(inner)
    elif isinstance(value, tuple | list):
        yield " ".join(str(inner) for inner in value)
    else:
        yield str(value)
