"""The control interface, for loopback only: counters, misbehaviour, and edits of resources.

`GET /_control/counters`, `GET /_control/resources`, `POST /_control/<reset|misbehave|edit|rows|plant|touch|remove|
restore|columns|expire|plain_key>` with a JSON object. `docs/sources.md` lists what each takes.
"""

from typing import TYPE_CHECKING, Any

from .mischief import Rule

if TYPE_CHECKING:
    from .server import Platform

Values = dict[str, Any]


class Control:
    """Answers one control request: status and JSON."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    def answer(self, method: str, action: str, values: Values) -> tuple[int, Values]:
        handler = getattr(self, f"{method.lower()}_{action}", None)
        if handler is None or not action.isidentifier():
            return 404, {"error": f"no control {method} {action}"}
        try:
            return 200, handler(values) or {}
        except (KeyError, ValueError, TypeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def get_counters(self, values: Values) -> Values:
        with self._platform.counter_lock:
            counts = dict(self._platform.counters)
        return {"list": 0, "rows": 0, "file": 0, "secret": 0} | counts

    def get_resources(self, values: Values) -> Values:
        return {"ids": list(self._platform.catalogue.ids)}

    def post_reset(self, values: Values) -> Values:
        """`what`: any of counters, misbehaviour, content; all when absent."""
        what = values.get("what", ["counters", "misbehaviour", "content"])
        if "counters" in what:
            with self._platform.counter_lock:
                self._platform.counters.clear()
        if "misbehaviour" in what:
            self._platform.mischief.clear()
        if "content" in what:
            self._platform.catalogue.reset()
        return {}

    def post_misbehave(self, values: Values) -> Values:
        self._platform.mischief.add(Rule(**values))
        return {}

    def post_edit(self, values: Values) -> Values:
        """`resource`, and `set` (fields of the entry) and/or `item` + `set` (fields of one information item)."""
        edits = self._platform.catalogue.edit(values["resource"])
        if "item" in values:
            edits.items.setdefault(values["item"], {}).update(values["set"])
        else:
            edits.fields.update(values["set"])
        return {}

    def post_rows(self, values: Values) -> Values:
        """`resource`, `count`: the table has so many rows from now on."""
        self._platform.catalogue.edit(values["resource"]).rows = int(values["count"])
        return self.post_touch(values)

    def post_plant(self, values: Values) -> Values:
        """`resource`, `row` (0-based; negative from the end), `column`, `value`: one cell."""
        catalogue = self._platform.catalogue
        row = int(values["row"])
        if row < 0:
            row += catalogue.row_count(values["resource"])
        if values["column"] not in catalogue.delivered_names(values["resource"]):
            raise ValueError(f"no column {values['column']!r}")
        catalogue.edit(values["resource"]).cells[row, values["column"]] = values["value"]
        return self.post_touch(values)

    def post_columns(self, values: Values) -> Values:
        """`resource`, `add` and/or `drop`: lists of names of columns that are delivered, not announced."""
        edits = self._platform.catalogue.edit(values["resource"])
        edits.added_columns.extend(values.get("add", []))
        edits.dropped_columns.update(values.get("drop", []))
        return self.post_touch(values)

    def post_touch(self, values: Values) -> Values:
        """`resource`: its data changed, and its update time with it."""
        self._platform.catalogue.edit(values["resource"]).touched += 1
        return {}

    def post_remove(self, values: Values) -> Values:
        """`resource` or `resources`: no longer listed."""
        for resource_id in values.get("resources") or [values["resource"]]:
            self._platform.catalogue.edit(resource_id).is_removed = True
        return {}

    def post_restore(self, values: Values) -> Values:
        self._platform.catalogue.edit(values["resource"]).is_removed = False
        return {}

    def post_expire(self, values: Values) -> Values:
        """Every signing secret handed out so far expires."""
        self._platform.office.expire_all()
        return {}

    def post_plain_key(self, values: Values) -> Values:
        """`allowed`: whether the application key alone proves the caller."""
        self._platform.office.allows_plain_key = bool(values["allowed"])
        return {}
