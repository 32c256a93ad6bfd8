"""The registry of actions: a name, what it asks of the caller, and a function of the call.

    @action("package_show")
    def package_show(call: Call) -> object: ...

The function gets parameters as they came (text from an address or a form, JSON values from a body) and gives the value of
`result`. It raises the errors of `portal.ckan.errors`, or those of the catalogue, which are rendered alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.ckan.errors import MISSING, NOT_AN_INTEGER, NOT_NATURAL, ValidationError
from portal.kernel.principal import Principal
from portal.wiring import Parts

_MAX_INTEGER = 2**31 - 1
_TRUE = frozenset({"true", "yes", "on", "t", "y", "1"})
_FALSE = frozenset({"false", "no", "off", "f", "n", "0", ""})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an action: its parameters, who asks, and what to read from. `now` is aware UTC."""

    parameters: Mapping[str, object]
    principal: Principal
    session: Session
    parts: Parts
    now: datetime

    def text(self, name: str, default: str = "") -> str:
        """A text parameter; numbers are taken as text. Raises ValidationError for lists and objects."""
        value = self.parameters.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise ValidationError({name: ["Must be a Unicode string value"]})

    def required(self, name: str, *others: str) -> str:
        """A text that must be there, were it empty, under this name or one of the others. Raises ValidationError."""
        for known in (name, *others):
            if known in self.parameters:
                return self.text(known)
        raise ValidationError({name: [MISSING]})

    def natural(self, name: str, default: int | None = None) -> int | None:
        """A whole number of 0 or more. Raises ValidationError in CKAN's words."""
        value = self.parameters.get(name)
        if value is None:
            return default
        number = as_integer(name, value)
        if number < 0:
            raise ValidationError({name: [NOT_NATURAL]})
        return min(number, _MAX_INTEGER)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth value as CKAN reads one; what is neither true nor false raises ValidationError."""
        value = self.parameters.get(name)
        if value is None:
            return default
        folded = str(value).strip().lower()
        if folded not in _TRUE | _FALSE:
            raise ValidationError({name: ["Value must be True or False"]})
        return folded in _TRUE


def storable(text: str) -> str:
    """The text without what no database can hold: NUL, and halves of signs that JSON lets through."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def as_integer(name: str, value: object) -> int:
    """A value as a whole number. Raises ValidationError."""
    if isinstance(value, int | float) and value == value // 1:
        return int(value)
    if isinstance(value, str) and len(value) <= 20:
        try:
            return int(value)
        except ValueError:
            pass
    raise ValidationError({name: [NOT_AN_INTEGER]})


Act = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Action:
    """A declared action. `help` is what `help_show` answers; `permission` and `budget` as for any route."""

    name: str
    help: str
    permission: str
    budget: str
    act: Act


ACTIONS: dict[str, Action] = {}


def action(name: str, *, permission: str = "read_catalogue", budget: str = "catalogue") -> Callable[[Act], Act]:
    """Declare an action; the function's docstring is its help text."""

    def declare(act: Act) -> Act:
        if name in ACTIONS:
            raise ValueError(f"There are two actions {name}.")
        ACTIONS[name] = Action(name, " ".join((act.__doc__ or "").split()), permission, budget, act)
        return act

    return declare
