"""Two answers compared by structure: keys, types, lengths, values that are the question's own; what differs by nature is left."""

from collections.abc import Iterator, Mapping
from typing import Any

# Differ from run to run, or are our own words for the same thing.
FREE = frozenset(
    {
        "help", "metadata_created", "metadata_modified", "created", "last_modified", "creator_user_id", "score",
        "site_title", "site_description", "site_url", "locale_default", "extensions", "message", "data_dict", "url",
        "image_url", "image_display_url", "display_name", "title", "description", "ckan_url", "hash", "id", "email_hash",
        "package_id", "owner_org", "revision_id", "package_count_of_user",
    }
)  # fmt: skip
UNORDERED = frozenset({"tags", "groups", "extras", "items"})


def differences(ours: Any, theirs: Any, *, in_order: bool, place: str = "") -> Iterator[str]:
    """Where two values differ in structure, as readable places. `theirs` is already in our names."""
    name = place.rpartition(".")[2].partition("[")[0]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        yield from _of_objects(ours, theirs, in_order=in_order, place=place)
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from () if name in FREE else _of_lists(ours, theirs, in_order=in_order, place=place)
    elif _kind(ours) != _kind(theirs):
        yield f"{place}: {_kind(theirs)} became {_kind(ours)}"
    elif name not in FREE and _tidy(ours) != _tidy(theirs):
        yield f"{place}: {str(theirs)[:60]!r} became {str(ours)[:60]!r}"


def _of_objects(ours: Mapping[str, Any], theirs: Mapping[str, Any], *, in_order: bool, place: str) -> Iterator[str]:
    for name in sorted(theirs.keys() - ours.keys()):
        yield f"{place}.{name}: missing"
    for name in sorted(ours.keys() - theirs.keys()):
        yield f"{place}.{name}: not there in CKAN"
    for name in theirs.keys() & ours.keys():
        yield from differences(ours[name], theirs[name], in_order=in_order, place=f"{place}.{name}")


def _of_lists(ours: list[Any], theirs: list[Any], *, in_order: bool, place: str) -> Iterator[str]:
    if len(ours) != len(theirs):
        yield f"{place}: {len(theirs)} entries became {len(ours)}"
        return
    if place.rpartition(".")[2] in UNORDERED:
        ours, theirs = sorted(ours, key=_key), sorted(theirs, key=_key)
    elif not in_order:
        if theirs and isinstance(theirs[0], str):
            return
        ours, theirs = _paired(ours, theirs)
    for number, (own, other) in enumerate(zip(ours, theirs, strict=True)):
        yield from differences(own, other, in_order=in_order, place=f"{place}[{number}]")


def _paired(ours: list[Any], theirs: list[Any]) -> tuple[list[Any], list[Any]]:
    """Entries that both have, by name: which of equally good hits come first is nobody's promise."""
    names = {_key(one) for one in ours} & {_key(one) for one in theirs}
    return (
        sorted((one for one in ours if _key(one) in names), key=_key),
        sorted((one for one in theirs if _key(one) in names), key=_key),
    )


def _tidy(value: Any) -> Any:
    """A text without its outer and double spaces, which a harvest does not keep."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _key(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("Name") or value.get("key") or value)
    return str(value)


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(type(value).__name__)
    return "number" if isinstance(value, int | float) else type(value).__name__
