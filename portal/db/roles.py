"""Rights of the two database roles of production: the web process reads what is public, the worker does the rest.

The web's role has no right on sources, their mappings, harvest records, held records, verdicts, the outbox, or the drafts of
curators: a hole in a page cannot show what the role cannot read. Both roles must exist; the owner of the tables (who
migrates) grants. `portal db roles` runs it after every migration, as often as one likes.
"""

import re

from sqlalchemy import Connection, inspect

from portal.db.migrating import SchemaOutdated
from portal.kernel.errors import InvalidInput

WEB_READS = (
    "account",
    "account_act",
    "account_errand",
    "account_identity",
    "agreement",
    "alembic_version",
    "api_key",
    "catalogue_file",
    "application",
    "application_act",
    "application_message",
    "change",
    "data_grant",
    "dataset",
    "dataset_entry",
    "dataset_theme",
    "department_coverage",
    "entry_value",
    "entry_words",
    "export_job",
    "key_use",
    "publisher",
    "recovery_code",
    "sign_in",
    "spooled_file",
    "theme",
    "tombstone",
    "use_report",
    "version",
    "version_part",
    "webhook",
    "webhook_delivery",
)
WEB_READS_COLUMNS = {
    "dataset_wording": ("dataset_id", "field", "language", "value", "origin", "translated_from"),
    # what hides and what was answered; never the statement or how to reach the person
    "objection": (
        "dataset_id", "data_digest", "hides", "state", "receipt_sha256", "filed_at", "answered_at", "measure", "answer",
    ),
}  # fmt: skip
WEB_INSERTS = (
    "account_act",
    "account_errand",
    "account_identity",
    "catalogue_file",
    "application",
    "application_act",
    "application_message",
    "data_grant",
    "dataset_use",
    "export_job",
    "key_use",
    "objection",
    "recovery_code",
    "sign_in",
    "spooled_file",
    "use_report",
    "webhook",
    "webhook_delivery",
)
_OWN_ACCOUNT = (
    "email", "name", "language", "password_hash", "verified_at", "totp_secret", "totp_since", "totp_last_step",
    "deleted_at",
)  # fmt: skip
# What account managers decide at a page: budgets and being open. Never `roles`: nobody at a page makes a decider (ADR 0041).
_MANAGED_ACCOUNT = ("tier", "tier_by", "disabled_at")
_OWN_KEY = ("holder", "expires_at", "revoked_at", "replaced_by", "last_used_on")
WEB_INSERTS_COLUMNS = {
    "account": ("id", *_OWN_ACCOUNT, "created_at", "disabled_at"),
    "api_key": ("id", "prefix", "key_hash", "account_id", "scopes", "created_at", *_OWN_KEY),
}
WEB_UPDATES_COLUMNS = {
    "account": (*_OWN_ACCOUNT, *_MANAGED_ACCOUNT),
    "account_errand": ("used_at",),
    "api_key": _OWN_KEY,
    "catalogue_file": ("last_sent_at",),
    "export_job": ("is_cancelled", "is_shared"),  # to cancel one's own, to join another's
    # what was written and what was given never change: triggers hold that for every role
    "application": ("state", "decided_at", "decided_by", "reason", "days", "agreement_number", "agreed_at"),
    "data_grant": ("revoked_at", "revoked_by", "revoked_reason"),
    "key_use": ("requests", "refused"),
    "recovery_code": ("used_at",),
    "sign_in": ("seen_at",),
    "webhook": ("state", "disabled_reason", "generation", "rotated_at", "failing_since", "since_number"),
    "spooled_file": ("last_sent_at",),
}
WEB_DELETES = ("account_errand", "account_identity", "recovery_code", "sign_in", "webhook", "webhook_delivery")
WEB_SEQUENCES = (
    "account_act_id_seq",
    "application_act_id_seq",
    "application_message_id_seq",
    "dataset_use_id_seq",
)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)


def grant_rights(connection: Connection, web_role: str, worker_role: str) -> None:
    """Give both roles exactly their rights, taking away any other. PostgreSQL only; raises InvalidInput on odd names."""
    for role in (web_role, worker_role):
        if not _NAME.fullmatch(role):
            raise InvalidInput(f"{role!r} is not a plain role name (a-z, 0-9, _).", parameter="role")
    missing = {*WEB_READS, *WEB_READS_COLUMNS, *WEB_INSERTS} - set(inspect(connection).get_table_names())
    if missing:
        raise SchemaOutdated(f"The tables {', '.join(sorted(missing))} are missing; migrate first.")
    for statement in _statements(web_role, worker_role):
        connection.exec_driver_sql(statement)


def _statements(web: str, worker: str) -> list[str]:
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {web}, {worker}, PUBLIC",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {web}, {worker}, PUBLIC",
        f"REVOKE CREATE ON SCHEMA public FROM {web}, {worker}, PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {web}, {worker}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {worker}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {worker}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {worker}",
        f"GRANT SELECT ON {', '.join(WEB_READS)} TO {web}",
        f"GRANT INSERT ON {', '.join(WEB_INSERTS)} TO {web}",
        f"GRANT USAGE ON SEQUENCE {', '.join(WEB_SEQUENCES)} TO {web}",
    ]
    statements += [f"GRANT SELECT ({', '.join(c)}) ON {table} TO {web}" for table, c in WEB_READS_COLUMNS.items()]
    statements += [f"GRANT INSERT ({', '.join(c)}) ON {table} TO {web}" for table, c in WEB_INSERTS_COLUMNS.items()]
    statements += [f"GRANT DELETE ON {', '.join(WEB_DELETES)} TO {web}"]
    statements += [f"GRANT UPDATE ({', '.join(c)}) ON {table} TO {web}" for table, c in WEB_UPDATES_COLUMNS.items()]
    return statements
