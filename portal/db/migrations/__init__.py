"""The schema's history, run by `portal.db.migrating.migrate`."""
