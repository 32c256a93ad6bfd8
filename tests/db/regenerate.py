"""`python -m tests.db.regenerate`: write the initial migration anew from the models and the guards.

For as long as nothing is installed anywhere. From the first release on, changes are migrations of their own:
`python -m tests.db.regenerate "what changes"` writes the next one, to be read and corrected by its author.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from pprint import pformat
from tempfile import TemporaryDirectory

from alembic import command

from portal.db import Base, Database
from portal.db.guards import STATEMENTS
from portal.db.migrating import SCRIPTS, alembic_config, migrate
from tests.db.models import load_models

INITIAL = SCRIPTS / "versions" / "0001_initial_schema.py"


def main(message: str | None) -> None:
    """Regenerate the initial migration, or add one when a message is given."""
    load_models()
    if message is None:
        INITIAL.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        if message is not None:
            migrate(database)
        with database.writing() as connection:
            config = alembic_config(connection, Base.metadata)
            revision_id = f"{len(list(INITIAL.parent.glob('0*.py'))) + 1:04d}"
            script = command.revision(config, message or "Initial schema", autogenerate=True, rev_id=revision_id)
        database.dispose()
    path = Path(script.path)  # type: ignore[union-attr]
    if message is None:
        path.write_text(_with_guards(path.read_text(encoding="utf-8")), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "--fix", str(path)], check=True)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    print(f"wrote {path.name}")


def _with_guards(source: str) -> str:
    source = re.sub(r"    # #+ (commands auto|end Alembic).*\n", "", source)
    run = "    for statement in GUARDS[op.get_bind().dialect.name]:\n        op.execute(statement)\n\n\ndef downgrade"
    source = source.replace("\n\ndef downgrade", run, 1)
    return source.replace("\n\ndef upgrade", f"\nGUARDS = {pformat(STATEMENTS, width=110)}\n\n\ndef upgrade", 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", help="what changes; without it the initial migration is written anew")
    main(parser.parse_args().message)
