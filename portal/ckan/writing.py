"""Actions of CKAN that are known by name alone: those that write, those that tell of accounts, jobs and settings, and those
whose things do not exist here. Callers learn that they may not, or that there is nothing; not that there is no such action."""

_THINGS = (
    "package", "resource", "resource_view", "organization", "group", "user", "vocabulary", "tag", "member",
    "datastore", "package_relationship", "package_owner_org",
)  # fmt: skip
_VERBS = ("create", "update", "patch", "delete", "purge", "revise", "upsert", "invite")

WRITES = frozenset(f"{thing}_{verb}" for thing in _THINGS for verb in _VERBS) | frozenset(
    {
        "api_token_create",
        "api_token_revoke",
        "bulk_update_delete",
        "bulk_update_private",
        "bulk_update_public",
        "config_option_update",
        "dataset_purge",
        "datastore_function_create",
        "datastore_function_delete",
        "datastore_records_delete",
        "datastore_run_triggers",
        "datastore_set_triggers",
        "follow_dataset",
        "follow_group",
        "follow_user",
        "group_member_create",
        "group_member_delete",
        "job_cancel",
        "job_clear",
        "organization_member_create",
        "organization_member_delete",
        "package_collaborator_create",
        "package_collaborator_delete",
        "package_resource_reorder",
        "resource_view_reorder",
        "send_email_notifications",
        "task_status_delete",
        "task_status_update",
        "task_status_update_many",
        "term_translation_update",
        "term_translation_update_many",
        "unfollow_dataset",
        "unfollow_group",
        "unfollow_user",
    }
)

CLOSED = frozenset(
    {
        "am_following_user",
        "api_token_list",
        "config_option_list",
        "config_option_show",
        "followee_count",
        "followee_list",
        "get_site_user",
        "group_followee_list",
        "job_list",
        "job_show",
        "organization_followee_list",
        "organization_follower_list",
        "package_collaborator_list_for_user",
        "user_followee_list",
        "user_follower_list",
    }
)
"""Reading that is nobody's at a public door."""

ABSENT = frozenset({"resource_view_show", "task_status_show"})
"""Reading of things of which this site has none."""

LIVES_BY_POST = "site_read"
"""Older clients ask by it, with POST, whether they may read; CKAN 2.12 does not know it any more, and a GET is told so."""
