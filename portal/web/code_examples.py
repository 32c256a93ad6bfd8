"""Runnable examples of calling the API for one table: curl, Python, R and JavaScript, with its own id and column names.

The dataset's page shows them, and a test runs them as they stand against a served site.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnType

_COUNTED = (ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.INTEGER)


@dataclass(frozen=True, slots=True)
class Example:
    """One program. `tool` runs it: curl, Python, R or JavaScript."""

    tool: str
    code: str


def examples_of(base_url: str, dataset_id: str, part: str | None, columns: Sequence[Column]) -> tuple[Example, ...]:
    """The same question in every language: rows where a column has a value, or the dataset where it has no table."""
    address = f"{base_url.rstrip('/')}/api/v1/datasets/{dataset_id}"
    if part is None:
        return _programs(address, {})
    column = next((one for one in columns if one.type in _COUNTED), None)
    asked = {"where": f"not {_quoted(column.name)} is null"} if column else {}
    return _programs(f"{address}/tables/{part}/rows", {**asked, "limit": "10"})


def _programs(address: str, asked: dict[str, str]) -> tuple[Example, ...]:
    return (
        Example("curl", _curl(address, asked)),
        Example("Python", _python(address, asked)),
        Example("R", _r(address, asked)),
        Example("JavaScript", _javascript(address, asked)),
    )


def _curl(address: str, asked: dict[str, str]) -> str:
    pairs = "".join(f" \\\n  --data-urlencode {_shell(f'{name}={value}')}" for name, value in asked.items())
    return f"curl -sS -G '{address}'{pairs}"


def _python(address: str, asked: dict[str, str]) -> str:
    if not asked:
        return (
            "import json\nimport urllib.request\n\n"
            f'with urllib.request.urlopen("{address}") as answer:\n    print(json.load(answer))'
        )
    return (
        "import json\nimport urllib.parse\nimport urllib.request\n\n"
        f"asked = {json.dumps(asked, ensure_ascii=False)}\n"
        f'address = "{address}?" + urllib.parse.urlencode(asked)\n'
        "with urllib.request.urlopen(address) as answer:\n"
        '    for row in json.load(answer)["rows"]:\n'
        "        print(row)"
    )


def _r(address: str, asked: dict[str, str]) -> str:
    pairs = ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in asked.items())
    query = f" |>\n  req_url_query({pairs})" if asked else ""
    shown = "str(answer$rows)" if asked else "str(answer)"
    return (
        f'library(httr2)\n\nanswer <- request("{address}"){query} |>\n  req_perform() |>\n  resp_body_json()\n{shown}'
    )


def _javascript(address: str, asked: dict[str, str]) -> str:
    query = f" + new URLSearchParams({json.dumps(asked, ensure_ascii=False)})" if asked else ""
    shown = "(await answer.json()).rows" if asked else "await answer.json()"
    mark = "?" if asked else ""
    return f'const answer = await fetch("{address}{mark}"{query});\nconsole.log({shown});'


def _quoted(name: str) -> str:
    """A column as clauses have it."""
    return '"' + name.replace('"', '""') + '"'


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
