"""Initial schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GUARDS = {
    "postgresql": [
        "CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$",
        "CREATE TRIGGER account_act_guard_0 BEFORE UPDATE ON account_act FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('account_act is append-only')",
        "CREATE OR REPLACE FUNCTION account_act_guard_1() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF OLD.act IN ('sign_in_failed', 'code_failed') THEN RETURN OLD; END IF; RAISE "
        "EXCEPTION 'account_act is append-only' USING ERRCODE = 'check_violation'; END $$",
        "CREATE TRIGGER account_act_guard_1 BEFORE DELETE ON account_act FOR EACH ROW EXECUTE "
        "FUNCTION account_act_guard_1()",
        "CREATE TRIGGER account_act_guard_truncate BEFORE TRUNCATE ON account_act FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('account_act is append-only')",
        "CREATE TRIGGER verdict_guard_0 BEFORE UPDATE ON verdict FOR EACH ROW WHEN (1 = 1) EXECUTE "
        "FUNCTION portal_refuse('verdict is append-only')",
        "CREATE TRIGGER verdict_guard_1 BEFORE DELETE ON verdict FOR EACH ROW WHEN (1 = 1) EXECUTE "
        "FUNCTION portal_refuse('verdict is append-only')",
        "CREATE TRIGGER verdict_guard_truncate BEFORE TRUNCATE ON verdict FOR EACH STATEMENT EXECUTE "
        "FUNCTION portal_refuse('verdict is append-only')",
        "CREATE TRIGGER tombstone_guard_0 BEFORE UPDATE ON tombstone FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('tombstone is append-only')",
        "CREATE TRIGGER tombstone_guard_1 BEFORE DELETE ON tombstone FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('tombstone is append-only')",
        "CREATE TRIGGER tombstone_guard_truncate BEFORE TRUNCATE ON tombstone FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('tombstone is append-only')",
        "CREATE TRIGGER version_guard_0 BEFORE UPDATE OF dataset_id, number, data_digest, "
        "page_digest, verdict_id, verdict_outcome, openness, provenance, row_count, table_count, "
        "published_at, data_modified_at, rows_end_at ON version FOR EACH ROW WHEN (1 = 1) EXECUTE "
        "FUNCTION portal_refuse('a version is never edited')",
        "CREATE TRIGGER version_guard_1 BEFORE UPDATE OF redacted_at ON version FOR EACH ROW WHEN "
        "(OLD.redacted_at IS NOT NULL) EXECUTE FUNCTION portal_refuse('version.redacted_at is set "
        "once')",
        "CREATE TRIGGER version_guard_2 BEFORE DELETE ON version FOR EACH ROW WHEN (1 = 1) EXECUTE "
        "FUNCTION portal_refuse('a version is never deleted')",
        "CREATE TRIGGER version_guard_truncate BEFORE TRUNCATE ON version FOR EACH STATEMENT EXECUTE "
        "FUNCTION portal_refuse('a version is never deleted')",
        "CREATE TRIGGER version_part_guard_0 BEFORE UPDATE ON version_part FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('a version_part is never edited')",
        "CREATE OR REPLACE FUNCTION version_part_guard_1() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF EXISTS (SELECT 1 FROM version WHERE version.dataset_id = OLD.dataset_id AND "
        "version.number = OLD.version_number AND version.redacted_at IS NOT NULL) THEN RETURN OLD; "
        "END IF; RAISE EXCEPTION 'a version_part is removed only with its version' USING ERRCODE = "
        "'check_violation'; END $$",
        "CREATE TRIGGER version_part_guard_1 BEFORE DELETE ON version_part FOR EACH ROW EXECUTE "
        "FUNCTION version_part_guard_1()",
        "CREATE TRIGGER agreement_guard_0 BEFORE UPDATE ON agreement FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('agreement is append-only')",
        "CREATE TRIGGER agreement_guard_1 BEFORE DELETE ON agreement FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('agreement is append-only')",
        "CREATE TRIGGER agreement_guard_truncate BEFORE TRUNCATE ON agreement FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('agreement is append-only')",
        "CREATE TRIGGER application_message_guard_0 BEFORE UPDATE ON application_message FOR EACH "
        "ROW WHEN (1 = 1) EXECUTE FUNCTION portal_refuse('application_message is append-only')",
        "CREATE TRIGGER application_message_guard_1 BEFORE DELETE ON application_message FOR EACH "
        "ROW WHEN (1 = 1) EXECUTE FUNCTION portal_refuse('application_message is append-only')",
        "CREATE TRIGGER application_message_guard_truncate BEFORE TRUNCATE ON application_message "
        "FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse('application_message is append-only')",
        "CREATE TRIGGER use_report_guard_0 BEFORE UPDATE ON use_report FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('use_report is append-only')",
        "CREATE TRIGGER use_report_guard_1 BEFORE DELETE ON use_report FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('use_report is append-only')",
        "CREATE TRIGGER use_report_guard_truncate BEFORE TRUNCATE ON use_report FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('use_report is append-only')",
        "CREATE TRIGGER application_guard_0 BEFORE UPDATE OF account_id, dataset_id, terms, purpose, "
        "scenario, retention, safeguards, submitted_at, due_at ON application FOR EACH ROW WHEN (1 = "
        "1) EXECUTE FUNCTION portal_refuse('a application is never edited')",
        "CREATE TRIGGER application_guard_1 BEFORE UPDATE OF decided_at ON application FOR EACH ROW "
        "WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION portal_refuse('application.decided_at is "
        "set once')",
        "CREATE TRIGGER application_guard_2 BEFORE DELETE ON application FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('a application is never deleted')",
        "CREATE TRIGGER application_guard_truncate BEFORE TRUNCATE ON application FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('a application is never deleted')",
        "CREATE TRIGGER data_grant_guard_0 BEFORE UPDATE OF application_id, account_id, dataset_id, "
        "from_at, until_at, report_due_at ON data_grant FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION "
        "portal_refuse('a data_grant is never edited')",
        "CREATE TRIGGER data_grant_guard_1 BEFORE UPDATE OF revoked_at ON data_grant FOR EACH ROW "
        "WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION portal_refuse('data_grant.revoked_at is "
        "set once')",
        "CREATE TRIGGER data_grant_guard_2 BEFORE DELETE ON data_grant FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('a data_grant is never deleted')",
        "CREATE TRIGGER data_grant_guard_truncate BEFORE TRUNCATE ON data_grant FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('a data_grant is never deleted')",
        "CREATE TRIGGER application_act_guard_0 BEFORE UPDATE OF application_id, act, actor, detail, "
        "done_at ON application_act FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION portal_refuse('a "
        "application_act is never edited')",
        "CREATE TRIGGER application_act_guard_1 BEFORE UPDATE OF told_at ON application_act FOR EACH "
        "ROW WHEN (OLD.told_at IS NOT NULL) EXECUTE FUNCTION portal_refuse('application_act.told_at "
        "is set once')",
        "CREATE TRIGGER application_act_guard_2 BEFORE DELETE ON application_act FOR EACH ROW WHEN "
        "(1 = 1) EXECUTE FUNCTION portal_refuse('a application_act is never deleted')",
        "CREATE TRIGGER application_act_guard_truncate BEFORE TRUNCATE ON application_act FOR EACH "
        "STATEMENT EXECUTE FUNCTION portal_refuse('a application_act is never deleted')",
        "CREATE TRIGGER harvest_record_guard_0 BEFORE UPDATE ON harvest_record FOR EACH ROW WHEN (1 "
        "= 1) EXECUTE FUNCTION portal_refuse('harvest_record is append-only')",
        "CREATE TRIGGER harvest_record_guard_1 BEFORE DELETE ON harvest_record FOR EACH ROW WHEN (1 "
        "= 1) EXECUTE FUNCTION portal_refuse('harvest_record is append-only')",
        "CREATE TRIGGER harvest_record_guard_truncate BEFORE TRUNCATE ON harvest_record FOR EACH "
        "STATEMENT EXECUTE FUNCTION portal_refuse('harvest_record is append-only')",
        "CREATE TRIGGER reading_plan_guard_0 BEFORE UPDATE ON reading_plan FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('reading_plan is append-only')",
        "CREATE TRIGGER reading_plan_guard_1 BEFORE DELETE ON reading_plan FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('reading_plan is append-only')",
        "CREATE TRIGGER reading_plan_guard_truncate BEFORE TRUNCATE ON reading_plan FOR EACH "
        "STATEMENT EXECUTE FUNCTION portal_refuse('reading_plan is append-only')",
        "CREATE TRIGGER review_act_guard_0 BEFORE UPDATE ON review_act FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('review_act is append-only')",
        "CREATE TRIGGER review_act_guard_1 BEFORE DELETE ON review_act FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION portal_refuse('review_act is append-only')",
        "CREATE TRIGGER review_act_guard_truncate BEFORE TRUNCATE ON review_act FOR EACH STATEMENT "
        "EXECUTE FUNCTION portal_refuse('review_act is append-only')",
    ],
    "sqlite": [
        "CREATE TRIGGER account_act_guard_0 BEFORE UPDATE ON account_act FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'account_act is append-only'); END",
        "CREATE TRIGGER account_act_guard_1 BEFORE DELETE ON account_act FOR EACH ROW WHEN NOT (OLD.act "
        "IN ('sign_in_failed', 'code_failed')) BEGIN SELECT RAISE(ABORT, 'account_act is append-only'); "
        "END",
        "CREATE TRIGGER verdict_guard_0 BEFORE UPDATE ON verdict FOR EACH ROW WHEN 1 = 1 BEGIN SELECT "
        "RAISE(ABORT, 'verdict is append-only'); END",
        "CREATE TRIGGER verdict_guard_1 BEFORE DELETE ON verdict FOR EACH ROW WHEN 1 = 1 BEGIN SELECT "
        "RAISE(ABORT, 'verdict is append-only'); END",
        "CREATE TRIGGER tombstone_guard_0 BEFORE UPDATE ON tombstone FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'tombstone is append-only'); END",
        "CREATE TRIGGER tombstone_guard_1 BEFORE DELETE ON tombstone FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'tombstone is append-only'); END",
        "CREATE TRIGGER version_guard_0 BEFORE UPDATE OF dataset_id, number, data_digest, page_digest, "
        "verdict_id, verdict_outcome, openness, provenance, row_count, table_count, published_at, "
        "data_modified_at, rows_end_at ON version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'a "
        "version is never edited'); END",
        "CREATE TRIGGER version_guard_1 BEFORE UPDATE OF redacted_at ON version FOR EACH ROW WHEN "
        "OLD.redacted_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'version.redacted_at is set once'); END",
        "CREATE TRIGGER version_guard_2 BEFORE DELETE ON version FOR EACH ROW WHEN 1 = 1 BEGIN SELECT "
        "RAISE(ABORT, 'a version is never deleted'); END",
        "CREATE TRIGGER version_part_guard_0 BEFORE UPDATE ON version_part FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'a version_part is never edited'); END",
        "CREATE TRIGGER version_part_guard_1 BEFORE DELETE ON version_part FOR EACH ROW WHEN NOT (EXISTS "
        "(SELECT 1 FROM version WHERE version.dataset_id = OLD.dataset_id AND version.number = "
        "OLD.version_number AND version.redacted_at IS NOT NULL)) BEGIN SELECT RAISE(ABORT, 'a "
        "version_part is removed only with its version'); END",
        "CREATE TRIGGER agreement_guard_0 BEFORE UPDATE ON agreement FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'agreement is append-only'); END",
        "CREATE TRIGGER agreement_guard_1 BEFORE DELETE ON agreement FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'agreement is append-only'); END",
        "CREATE TRIGGER application_message_guard_0 BEFORE UPDATE ON application_message FOR EACH ROW "
        "WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'application_message is append-only'); END",
        "CREATE TRIGGER application_message_guard_1 BEFORE DELETE ON application_message FOR EACH ROW "
        "WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'application_message is append-only'); END",
        "CREATE TRIGGER use_report_guard_0 BEFORE UPDATE ON use_report FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'use_report is append-only'); END",
        "CREATE TRIGGER use_report_guard_1 BEFORE DELETE ON use_report FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'use_report is append-only'); END",
        "CREATE TRIGGER application_guard_0 BEFORE UPDATE OF account_id, dataset_id, terms, purpose, "
        "scenario, retention, safeguards, submitted_at, due_at ON application FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a application is never edited'); END",
        "CREATE TRIGGER application_guard_1 BEFORE UPDATE OF decided_at ON application FOR EACH ROW WHEN "
        "OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'application.decided_at is set once'); END",
        "CREATE TRIGGER application_guard_2 BEFORE DELETE ON application FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'a application is never deleted'); END",
        "CREATE TRIGGER data_grant_guard_0 BEFORE UPDATE OF application_id, account_id, dataset_id, "
        "from_at, until_at, report_due_at ON data_grant FOR EACH ROW WHEN 1 = 1 BEGIN SELECT "
        "RAISE(ABORT, 'a data_grant is never edited'); END",
        "CREATE TRIGGER data_grant_guard_1 BEFORE UPDATE OF revoked_at ON data_grant FOR EACH ROW WHEN "
        "OLD.revoked_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'data_grant.revoked_at is set once'); END",
        "CREATE TRIGGER data_grant_guard_2 BEFORE DELETE ON data_grant FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'a data_grant is never deleted'); END",
        "CREATE TRIGGER application_act_guard_0 BEFORE UPDATE OF application_id, act, actor, detail, "
        "done_at ON application_act FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, 'a application_act "
        "is never edited'); END",
        "CREATE TRIGGER application_act_guard_1 BEFORE UPDATE OF told_at ON application_act FOR EACH ROW "
        "WHEN OLD.told_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'application_act.told_at is set once'); "
        "END",
        "CREATE TRIGGER application_act_guard_2 BEFORE DELETE ON application_act FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'a application_act is never deleted'); END",
        "CREATE TRIGGER harvest_record_guard_0 BEFORE UPDATE ON harvest_record FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'harvest_record is append-only'); END",
        "CREATE TRIGGER harvest_record_guard_1 BEFORE DELETE ON harvest_record FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'harvest_record is append-only'); END",
        "CREATE TRIGGER reading_plan_guard_0 BEFORE UPDATE ON reading_plan FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'reading_plan is append-only'); END",
        "CREATE TRIGGER reading_plan_guard_1 BEFORE DELETE ON reading_plan FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'reading_plan is append-only'); END",
        "CREATE TRIGGER review_act_guard_0 BEFORE UPDATE ON review_act FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'review_act is append-only'); END",
        "CREATE TRIGGER review_act_guard_1 BEFORE DELETE ON review_act FOR EACH ROW WHEN 1 = 1 BEGIN "
        "SELECT RAISE(ABORT, 'review_act is append-only'); END",
    ],
}


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=20), server_default="registered", nullable=False),
        sa.Column("tier_by", sa.String(length=200), server_default=sa.text("('')"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roles", sa.String(length=200), server_default=sa.text("('')"), nullable=False),
        sa.Column("totp_secret", sa.String(length=200), nullable=False),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "agreement",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agreement")),
    )
    op.create_table(
        "bundle_made",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_bundle_made")),
    )
    op.create_table(
        "bundle_taken",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_bundle_taken")),
    )
    op.create_table(
        "bundled_blob",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bundled_blob")),
    )
    op.create_table(
        "bundled_dataset",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_bundled_dataset")),
    )
    op.create_table(
        "catalogue_file",
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("removals", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("format", "state", name=op.f("pk_catalogue_file")),
    )
    op.create_index(op.f("ix_catalogue_file_blob_key"), "catalogue_file", ["blob_key"], unique=False)
    op.create_table(
        "change",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("publisher_slug", sa.String(length=80), nullable=False),
        sa.Column("theme_slugs", sa.JSON(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('created', 'updated', 'withdrawn')", name=op.f("ck_change_kind_known")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_dataset_id"), "change", ["dataset_id"], unique=False)
    op.create_index("ix_change_of_publisher", "change", ["publisher_slug", "number"], unique=False)
    op.create_table(
        "department_coverage",
        sa.Column("department", sa.String(length=300), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.Column("open_resources", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_department_coverage")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_given_up", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_done_at"), "outbox", ["done_at"], unique=False)
    op.create_table(
        "publisher",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("source_name", sa.String(length=300), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("descriptions", sa.JSON(), nullable=False),
        sa.Column("dataset_count", sa.Integer(), nullable=False),
        sa.Column("table_count", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher")),
        sa.UniqueConstraint("slug", name=op.f("uq_publisher_slug")),
        sa.UniqueConstraint("source_name", name=op.f("uq_publisher_source_name")),
    )
    op.create_table(
        "source",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("secret_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )
    op.create_table(
        "theme",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dataset_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_theme")),
    )
    op.create_table(
        "tombstone",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("data_digest", sa.String(length=64), nullable=True),
        sa.Column("checksums", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("buried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    op.create_index(op.f("ix_tombstone_dataset_id"), "tombstone", ["dataset_id"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_key", sa.String(length=400), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("gate_version", sa.String(length=40), nullable=False),
        sa.Column("release_id", sa.String(length=16), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint(
            "id", "data_digest", "page_digest", "outcome", name=op.f("uq_verdict_id_data_digest_page_digest_outcome")
        ),
    )
    op.create_index(op.f("ix_verdict_data_digest"), "verdict", ["data_digest"], unique=False)
    op.create_index(op.f("ix_verdict_source_key"), "verdict", ["source_key"], unique=False)
    op.create_table(
        "webhook_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_progress")),
    )
    op.create_table(
        "account_act",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=330), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_act_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_act")),
    )
    op.create_index(op.f("ix_account_act_account_id"), "account_act", ["account_id"], unique=False)
    op.create_index("ix_account_act_kind", "account_act", ["act", "done_at"], unique=False)
    op.create_table(
        "account_errand",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_errand_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_errand")),
    )
    op.create_index(op.f("ix_account_errand_account_id"), "account_errand", ["account_id"], unique=False)
    op.create_index("ix_account_errand_due", "account_errand", ["noticed_at", "created_at"], unique=False)
    op.create_table(
        "account_identity",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_identity_account_id_account")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_account_identity")),
    )
    op.create_index(op.f("ix_account_identity_account_id"), "account_identity", ["account_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(length=16), nullable=True),
        sa.Column("last_used_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_index(op.f("ix_api_key_account_id"), "api_key", ["account_id"], unique=False)
    op.create_table(
        "dataset",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_key", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("resource_code", sa.String(length=200), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("publisher_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("openness", sa.String(length=20), nullable=False),
        sa.Column("open_condition", sa.Text(), nullable=False),
        sa.Column("update_cycle", sa.String(length=20), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("approver", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("data_class", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("cut_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_withdrawn", sa.Integer(), nullable=False),
        sa.Column("stays_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("indexed_revision", sa.Integer(), nullable=False),
        sa.Column("announced_revision", sa.Integer(), nullable=False),
        sa.Column("announced_version", sa.Integer(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state != 'published' OR (trim(owner) != '' AND trim(approver) != '' AND trim(basis) != '' AND trim(data_class) != '' AND trim(grade) != '')",
            name=op.f("ck_dataset_published_names_who_decided"),
        ),
        sa.CheckConstraint(
            "state != 'published' OR current_version IS NOT NULL", name=op.f("ck_dataset_published_has_version")
        ),
        sa.CheckConstraint(
            "state != 'published' OR grade NOT IN ('important', 'core')", name=op.f("ck_dataset_published_grade")
        ),
        sa.CheckConstraint("state != 'published' OR openness != 'closed'", name=op.f("ck_dataset_published_is_open")),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name=op.f("ck_dataset_state_known")),
        sa.ForeignKeyConstraint(["publisher_id"], ["publisher.id"], name=op.f("fk_dataset_publisher_id_publisher")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("name", name=op.f("uq_dataset_name")),
        sa.UniqueConstraint("source_key", name=op.f("uq_dataset_source_key")),
    )
    op.create_index("ix_dataset_newest", "dataset", ["state", "modified_at", "id"], unique=False)
    op.create_index("ix_dataset_of_publisher", "dataset", ["publisher_id", "state", "modified_at", "id"], unique=False)
    op.create_index("ix_dataset_revisions", "dataset", ["state", "revision"], unique=False)
    op.create_index("ix_dataset_stamped", "dataset", ["stamped_at", "id"], unique=False)
    op.create_index(
        "ix_dataset_unannounced",
        "dataset",
        ["id"],
        unique=False,
        sqlite_where=sa.text("revision != announced_revision"),
        postgresql_where=sa.text("revision != announced_revision"),
    )
    op.create_index(
        "ix_dataset_unindexed",
        "dataset",
        ["id"],
        unique=False,
        sqlite_where=sa.text("revision != indexed_revision"),
        postgresql_where=sa.text("revision != indexed_revision"),
    )
    op.create_table(
        "harvest_run",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("started_by", sa.String(length=10), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_harvest_run_source_name_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_run")),
    )
    op.create_index(op.f("ix_harvest_run_source_name"), "harvest_run", ["source_name"], unique=False)
    op.create_index(
        "uq_harvest_run_running",
        "harvest_run",
        ["source_name"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "held_record",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=340), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("verdict_id", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("staged", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_held_record_source_name_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_record")),
    )
    op.create_index("ix_held_record_data_digest", "held_record", ["data_digest"], unique=False)
    op.create_index(op.f("ix_held_record_source_name"), "held_record", ["source_name"], unique=False)
    op.create_index("ix_held_record_source_record", "held_record", ["source_name", "record_id"], unique=False)
    op.create_index(op.f("ix_held_record_state"), "held_record", ["state"], unique=False)
    op.create_table(
        "reading_plan",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.String(length=340), nullable=False),
        sa.Column("part_key", sa.String(length=400), nullable=False),
        sa.Column("sheet", sa.String(length=400), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("header_rows", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("shape", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_reading_plan_source_name_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_plan")),
    )
    op.create_index("ix_reading_plan_record", "reading_plan", ["source_name", "record_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("needs_code", sa.Boolean(), nullable=False),
        sa.Column("by_provider", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("id", name=op.f("uq_sign_in_id")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_index(op.f("ix_sign_in_ends_at"), "sign_in", ["ends_at"], unique=False)
    op.create_table(
        "source_labels",
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_source_labels_source_name_source")),
        sa.PrimaryKeyConstraint("source_name", name=op.f("pk_source_labels")),
    )
    op.create_table(
        "source_mapping",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_source_mapping_source_name_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_mapping")),
        sa.UniqueConstraint("source_name", "digest", name=op.f("uq_source_mapping_source_name_digest")),
    )
    op.create_index(op.f("ix_source_mapping_source_name"), "source_mapping", ["source_name"], unique=False)
    op.create_table(
        "source_record",
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.String(length=340), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("data_stamp", sa.String(length=400), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=True),
        sa.Column("seen_run_id", sa.String(length=16), nullable=False),
        sa.Column("is_missing", sa.Boolean(), nullable=False),
        sa.Column("is_incremental", sa.Boolean(), nullable=False),
        sa.Column("compare_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compare_from_run", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department", sa.String(length=300), nullable=False),
        sa.Column("department_names", sa.JSON(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("title_digest", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=True),
        sa.Column("first_run_id", sa.String(length=16), nullable=False),
        sa.Column("changed_run_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_source_record_source_name_source")),
        sa.PrimaryKeyConstraint("source_name", "record_id", name=op.f("pk_source_record")),
    )
    op.create_index(op.f("ix_source_record_is_incremental"), "source_record", ["is_incremental"], unique=False)
    op.create_index("ix_source_record_seen", "source_record", ["source_name", "seen_run_id"], unique=False)
    op.create_table(
        "source_schedule",
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("expression", sa.String(length=100), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("time_limit_s", sa.Integer(), nullable=False),
        sa.Column("notify", sa.JSON(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_untold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_name"], ["source.name"], name=op.f("fk_source_schedule_source_name_source")),
        sa.PrimaryKeyConstraint("source_name", name=op.f("pk_source_schedule")),
    )
    op.create_index(op.f("ix_source_schedule_next_run_at"), "source_schedule", ["next_run_at"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=True),
        sa.Column("search", sa.JSON(), nullable=True),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("disabled_reason", sa.String(length=300), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f("ck_webhook_state_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_webhook_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_account_id"), "webhook", ["account_id"], unique=False)
    op.create_index(op.f("ix_webhook_dataset_id"), "webhook", ["dataset_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("safeguards", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("agreement_number", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state != 'granted' OR agreement_number IS NOT NULL", name=op.f("ck_application_granted_was_agreed")
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'refused', 'withdrawn', 'lapsed', 'granted')",
            name=op.f("ck_application_state_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_application_account_id_account")),
        sa.ForeignKeyConstraint(
            ["agreement_number"], ["agreement.number"], name=op.f("fk_application_agreement_number_agreement")
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_application_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_dataset_id"), "application", ["dataset_id"], unique=False)
    op.create_index("ix_application_due", "application", ["state", "due_at", "id"], unique=False)
    op.create_index("ix_application_own", "application", ["account_id", "submitted_at"], unique=False)
    op.create_table(
        "dataset_entry",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column(
            "name",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("title", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("resource_count", sa.Integer(), nullable=False),
        sa.Column("tag_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_entry_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_dataset_entry")),
    )
    op.create_index(op.f("ix_dataset_entry_changed_at"), "dataset_entry", ["changed_at"], unique=False)
    op.create_index("ix_dataset_entry_listed", "dataset_entry", ["is_listed", "dataset_id"], unique=False)
    op.create_index(op.f("ix_dataset_entry_name"), "dataset_entry", ["name"], unique=False)
    op.create_table(
        "dataset_theme",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("theme_slug", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_theme_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_slug"], ["theme.slug"], name=op.f("fk_dataset_theme_theme_slug_theme")),
        sa.PrimaryKeyConstraint("dataset_id", "theme_slug", name=op.f("pk_dataset_theme")),
    )
    op.create_index(op.f("ix_dataset_theme_theme_slug"), "dataset_theme", ["theme_slug"], unique=False)
    op.create_table(
        "dataset_use",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_use_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_use")),
        sa.UniqueConstraint("dataset_id", "used_on", "caller", name=op.f("uq_dataset_use_dataset_id_used_on_caller")),
    )
    op.create_index(op.f("ix_dataset_use_dataset_id"), "dataset_use", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_dataset_use_used_on"), "dataset_use", ["used_on"], unique=False)
    op.create_table(
        "dataset_wording",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("translated_from", sa.String(length=64), nullable=True),
        sa.Column("field_owner", sa.String(length=10), nullable=False),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_translated_from", sa.String(length=64), nullable=True),
        sa.Column("edited_by", sa.String(length=200), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_wording_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "field", "language", name=op.f("pk_dataset_wording")),
    )
    op.create_table(
        "entry_value",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=110), nullable=False),
        sa.Column(
            "value",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_entry_value_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "field", "value", name=op.f("pk_entry_value")),
    )
    op.create_index("ix_entry_value_by_value", "entry_value", ["field", "value", "dataset_id"], unique=False)
    op.create_table(
        "entry_words",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=110), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_entry_words_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dataset_id", "field", name=op.f("pk_entry_words")),
    )
    op.create_index("ix_entry_words_by_field", "entry_words", ["field", "dataset_id"], unique=False)
    op.create_table(
        "export_job",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), nullable=False),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False),
        sa.Column("share_done", sa.Double(), nullable=True),
        sa.Column("is_long", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("caller", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_export_job_dataset_id_dataset"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
    )
    op.create_index(op.f("ix_export_job_dataset_id"), "export_job", ["dataset_id"], unique=False)
    op.create_table(
        "harvest_record",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=340), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict_id", sa.String(length=16), nullable=True),
        sa.Column("dataset_id", sa.String(length=16), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["harvest_run.id"], name=op.f("fk_harvest_record_run_id_harvest_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_record")),
    )
    op.create_index("ix_harvest_record_run_record", "harvest_record", ["run_id", "record_id"], unique=False)
    op.create_table(
        "key_use",
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("budget", sa.String(length=20), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_key_use_key_id_api_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_id", "used_on", "budget", name=op.f("pk_key_use")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("receipt_sha256", sa.String(length=64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_objection_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("receipt_sha256", name=op.f("uq_objection_receipt_sha256")),
    )
    op.create_index("ix_objection_open", "objection", ["dataset_id", "state"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=60), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["harvest_run.id"], name=op.f("fk_reconciliation_run_id_harvest_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_source_name"), "reconciliation", ["source_name"], unique=False)
    op.create_table(
        "review_act",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("held_id", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("reasons_digest", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assessment_sha256", sa.String(length=64), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["held_id"], ["held_record.id"], name=op.f("fk_review_act_held_id_held_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_act")),
    )
    op.create_index(op.f("ix_review_act_held_id"), "review_act", ["held_id"], unique=False)
    op.create_table(
        "row_withdrawal",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("column", sa.String(length=300), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_row_withdrawal_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_withdrawal")),
        sa.UniqueConstraint("dataset_id", "column", "mark", name=op.f("uq_row_withdrawal_dataset_id_column_mark")),
    )
    op.create_table(
        "version",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("verdict_id", sa.String(length=16), nullable=False),
        sa.Column("verdict_outcome", sa.String(length=10), nullable=False),
        sa.Column("openness", sa.String(length=20), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("table_count", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict_outcome = 'admitted'", name=op.f("ck_version_only_admitted")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_version_dataset_id_dataset")),
        sa.ForeignKeyConstraint(
            ["verdict_id", "data_digest", "page_digest", "verdict_outcome"],
            ["verdict.id", "verdict.data_digest", "verdict.page_digest", "verdict.outcome"],
            name="fk_version_verdict",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "number", name=op.f("pk_version")),
    )
    op.create_index(op.f("ix_version_rows_end_at"), "version", ["rows_end_at"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("webhook_id", sa.String(length=16), nullable=False),
        sa.Column("change_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("dataset_id", sa.String(length=16), nullable=True),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("last_took_ms", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_given_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "change_number", name=op.f("uq_webhook_delivery_webhook_id_change_number")),
    )
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "application_act",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("application_id", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=220), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_act_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_act")),
    )
    op.create_index(op.f("ix_application_act_application_id"), "application_act", ["application_id"], unique=False)
    op.create_index(op.f("ix_application_act_told_at"), "application_act", ["told_at"], unique=False)
    op.create_table(
        "application_message",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("application_id", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_message_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_message")),
    )
    op.create_index(
        op.f("ix_application_message_application_id"), "application_message", ["application_id"], unique=False
    )
    op.create_table(
        "data_grant",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("application_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=False),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_data_grant_account_id_account")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_data_grant_application_id_application")
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_data_grant_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_grant")),
        sa.UniqueConstraint("application_id", name=op.f("uq_data_grant_application_id")),
    )
    op.create_index(op.f("ix_data_grant_dataset_id"), "data_grant", ["dataset_id"], unique=False)
    op.create_index("ix_data_grant_held", "data_grant", ["account_id", "until_at"], unique=False)
    op.create_index(op.f("ix_data_grant_until_at"), "data_grant", ["until_at"], unique=False)
    op.create_table(
        "spooled_file",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("query", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id", "version_number"],
            ["version.dataset_id", "version.number"],
            name=op.f("fk_spooled_file_dataset_id_version_number_version"),
        ),
        sa.PrimaryKeyConstraint(
            "dataset_id", "version_number", "part", "format", "query", name=op.f("pk_spooled_file")
        ),
    )
    op.create_index(op.f("ix_spooled_file_blob_key"), "spooled_file", ["blob_key"], unique=False)
    op.create_table(
        "version_part",
        sa.Column("dataset_id", sa.String(length=16), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("schema", sa.JSON(), nullable=True),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("blob_key", sa.String(length=200), nullable=True),
        sa.Column("original_blob_key", sa.String(length=200), nullable=True),
        sa.Column("original_format", sa.String(length=20), nullable=True),
        sa.Column("original_sha256", sa.String(length=64), nullable=True),
        sa.Column("original_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=True),
        sa.Column("row_ends", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id", "version_number"],
            ["version.dataset_id", "version.number"],
            name=op.f("fk_version_part_dataset_id_version_number_version"),
        ),
        sa.PrimaryKeyConstraint("dataset_id", "version_number", "slug", name=op.f("pk_version_part")),
    )
    op.create_index("ix_version_part_blob_key", "version_part", ["blob_key"], unique=False)
    op.create_index("ix_version_part_original_blob_key", "version_part", ["original_blob_key"], unique=False)
    op.create_table(
        "use_report",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("grant_id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["data_grant.id"], name=op.f("fk_use_report_grant_id_data_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report")),
    )
    op.create_index(op.f("ix_use_report_grant_id"), "use_report", ["grant_id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Published history is not undone; restore a backup instead.")
