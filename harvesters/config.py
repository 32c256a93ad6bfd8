"""Reading a source's configuration: every fault is found and told at once, with what to write instead."""

from collections.abc import Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

from harvesters.errors import ConfigError

# Fields of `DatasetRecord` that a catalogue may not state and the configuration may: for every entry alike.
LABELS = (
    "share_label", "open_label", "secret_label", "grade_label", "class_label", "level_label", "licence_label",
    "update_cycle_label", "owner", "approver", "basis",
)  # fmt: skip


class ConfigReader:
    """Takes values out of a JSON-like mapping, notes what is wrong, and refuses what nobody asked for.

    Call the readers, then `finish()`, which raises ConfigError when anything was wrong.
    """

    def __init__(self, kind: str, values: Mapping[str, object]) -> None:
        self._kind = kind
        self._values = values
        self._known: set[str] = set()
        self._faults: list[str] = []

    def fault(self, message: str) -> None:
        """Note a fault of the caller's own finding."""
        self._faults.append(message)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it must be there and not be blank."""
        value = self._take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not (value.strip() or default is not None):
            self.fault(f"{name!r} must be a text{'' if default is not None else ' that is not blank'}.")
            return default or ""
        return value.strip()

    def address(self, name: str) -> str:
        """An http or https address without user and password, without the slash at its end."""
        value = self.text(name)
        try:
            split = urlsplit(value)
            usable = split.scheme in {"http", "https"} and bool(split.hostname) and split.port != 0
        except ValueError:
            usable = False
        if not usable:
            self.fault(f"{name!r} must be an address such as https://exchange.example.gov.cn.")
        elif split.username or split.password:
            self.fault(f"{name!r} must not hold a user or password; secrets belong in the secret file.")
        return value.rstrip("/")

    def integer(self, name: str, default: int, *, at_least: int, at_most: int) -> int:
        """A whole number within bounds."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not at_least <= value <= at_most:
            self.fault(f"{name!r} must be a whole number from {at_least:,} to {at_most:,}.")
            return default
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in allowed:
            self.fault(f"{name!r} must be one of {', '.join(allowed)}.")
            return default
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(f"{name!r} must be true or false.")
            return default
        return value

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts, blank ones allowed; one text alone counts as a list of it."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.fault(f"{name!r} must be a list of texts.")
            return default
        return tuple(str(item) for item in value)

    def value(self, name: str) -> object:
        """Whatever is there, for the caller to check; None where nothing is."""
        return self._take(name)

    def texts(self, name: str, allowed: tuple[str, ...]) -> dict[str, str]:
        """A mapping of some of the allowed names to texts; absent is empty."""
        value = self._take(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            self.fault(f"{name!r} must map names to texts.")
            return {}
        for unknown in sorted(str(key) for key in value if key not in allowed):
            self.fault(f"{name!r} does not take {unknown!r}; it takes {', '.join(allowed)}.")
        return {str(key): str(text).strip() for key, text in value.items()}

    def finish(self) -> None:
        """Raise ConfigError when there were faults or unknown names."""
        for name in self._values:
            if name in self._known:
                continue
            near = get_close_matches(name, self._known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(sorted(self._known))}."
            self.fault(f"{name!r} is not known to a source of kind {self._kind!r}; {hint}")
        if self._faults:
            raise ConfigError(tuple(self._faults))

    def _take(self, name: str) -> object:
        self._known.add(name)
        return self._values.get(name)


def read_secret(kind: str, secret: Mapping[str, str] | None, names: tuple[str, ...]) -> dict[str, str]:
    """The named secrets, all of which must be there. Raises ConfigError that names them, never their values."""
    given = secret or {}
    missing = tuple(name for name in names if not given.get(name))
    if missing:
        raise ConfigError(
            (
                f"The secret of a source of kind {kind!r} lacks {', '.join(missing)}; write them to its secret file (JSON).",
            )
        )
    return {name: given[name] for name in names}
