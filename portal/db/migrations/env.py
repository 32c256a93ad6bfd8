"""What Alembic runs: on the connection that `migrating.py` hands over, inside its transaction."""

from alembic import context

from portal.db.migrating import configure

configure(context)
