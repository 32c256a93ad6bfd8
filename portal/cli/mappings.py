"""`portal source mapping …`: what the labels of a source mean, and who answers for it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.ingest.errors import SourceInvalid
from portal.ingest.listings.mapping_proposals import SeenLabel, SeenLabels, find_seen_labels
from portal.ingest.sources import get_source, sign_mapping
from portal.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def mapping() -> None:
    """What the labels of a source mean."""


@mapping.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--propose", type=click.Path(dir_okay=False, path_type=Path), help="Write the proposed document here.")
@click.pass_obj
def show(settings: Settings, name: str, *, as_json: bool, propose: Path | None) -> None:
    """Every label of the last listing, how often it is there, and what the signed mapping makes of it."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        get_source(session, name)
        seen = find_seen_labels(session, name)
    if seen is None:
        raise SourceInvalid(
            f"Nothing was listed of {name} yet; `portal harvest run {name}` reads its labels and holds what is not signed.",
            parameter="name",
        )
    document = json.dumps(seen.proposal, ensure_ascii=False, indent=2)
    if propose is not None:
        propose.write_text(document + "\n", encoding="utf-8")
    if as_json:
        click.echo(json.dumps(_as_json(seen), ensure_ascii=False, indent=2))
        return
    click.echo(f"Labels of {name} in run {seen.run_id}, {seen.seen_at:%Y-%m-%d %H:%M} UTC.")
    click.echo(
        f"Mapping signed by {seen.signed_by}." if seen.signed_by else "NO MAPPING IS SIGNED: everything is held."
    )
    rows = [(label.field, label.label or "(blank)", str(label.count), _meaning(label)) for label in seen.labels]
    print_table(("field", "label", "times", "means"), rows, empty="The listing had no labels.")
    if propose is not None:
        click.echo(
            f"The proposal is in {propose}; complete it, then `portal source mapping sign {name} --mapping {propose}`."
        )
    else:
        click.echo(f"\nProposed document (unsigned):\n{document}")


@mapping.command("sign")
@click.argument("name")
@click.option("--mapping", "mapping_file", type=_FILE, required=True, help="Value mapping as a JSON object.")
@click.option("--sign", "signed_by", required=True, help="Name of the person who answers for it.")
@click.pass_obj
def sign(settings: Settings, name: str, mapping_file: Path, signed_by: str) -> None:
    """Put a value mapping into force. Every record is judged again with the next harvest."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        digest = sign_mapping(session, name, read_object(mapping_file), signed_by, datetime.now(UTC))
        seen = find_seen_labels(session, name)
    click.echo(f"The mapping {digest[:12]} of {name} is in force, signed by {signed_by}.")
    left = [label for label in seen.labels if label.is_deciding and not label.meaning and label.label] if seen else []
    for label in left:
        click.echo(f"  {label.field}: {label.label} still means nothing ({label.count} times).")


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object out of a file. Raises SourceInvalid."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        raise SourceInvalid(f"{path} is not JSON: {error}", parameter=str(path)) from error
    if not isinstance(value, dict):
        raise SourceInvalid(f"{path} must hold a JSON object.", parameter=str(path))
    return value


def _meaning(label: SeenLabel) -> str:
    if label.meaning:
        return label.meaning
    if not label.label:
        return "(nothing said)"
    return "UNKNOWN" if label.is_deciding else "unknown"


def _as_json(seen: SeenLabels) -> dict[str, Any]:
    return {
        "source": seen.source_name,
        "run": seen.run_id,
        "seen_at": seen.seen_at.isoformat(),
        "signed_by": seen.signed_by or None,
        "labels": [
            {
                "field": s.field,
                "label": s.label,
                "count": s.count,
                "meaning": s.meaning or None,
                "decides": s.is_deciding,
            }
            for s in seen.labels
        ],
        "proposal": dict(seen.proposal),
    }
