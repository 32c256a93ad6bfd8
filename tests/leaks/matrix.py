"""Endpoint → questions. An endpoint without a line here fails the tests: say what could be asked of it.

In an address `{id}` is the dataset, `{part}` its table, `{publisher}` its department; `{title}`, `{note}`, `{row}`, `{kind}`,
`{column}`, `{tag}` are the halves of its words that a caller could have guessed.
"""

from collections.abc import Mapping

from tests.leaks.asking import Ask, Told, at, searches

_TABLE = "/api/v1/datasets/{id}/tables/{part}"
_PAGE = "/zh/dataset/{id}"
_ACTION = "/api/3/action/"
_DATASTORE = "/api/3/action/datastore_"

PAGES: Mapping[str, tuple[Ask, ...]] = {
    "web.choose_language": (at("/", status=302),),
    "web.show_home": (at("/zh/"), at("/en/")),
    "web.show_about": (at("/zh/about"),),
    "web.show_gate": (at("/zh/about/gate"),),
    "web.show_coverage": (at("/zh/coverage"),),
    "web.show_dataset": (
        at(_PAGE, "both"),
        at("/en/dataset/{id}", "both"),
        at(_PAGE + "@v1", "both"),
    ),
    "web.show_terms_of": (at(_PAGE + "/apply", status=404),),
    "web.send_application": (Ask(_PAGE + "/apply", method="POST", form={}, status=401),),
    "web.show_own_applications": (at("/zh/account/applications", status=303),),
    "web.show_own_application": (at("/zh/account/applications/{id}", status=303),),
    "web.change_own_application": (Ask("/zh/account/applications/{id}", method="POST", form={}, status=401),),
    "web.show_applications": (at("/zh/applications", status=303),),
    "web.show_application": (at("/zh/applications/{id}", status=303),),
    "web.decide_application": (Ask("/zh/applications/{id}", method="POST", form={}, status=401),),
    "web.show_rows": (
        at(_PAGE + "/data/{part}", "rows"),
        at("/en/dataset/{id}/data/{part}?f.名称={row}", "rows"),
        at(_PAGE + "@v1/data/{part}", "rows"),
    ),
    "web.show_outline": (at(_PAGE + "/outline/{part}.svg", status=404),),
    "web.show_developers": (at("/zh/developers"),),
    "web.show_guide": tuple(
        at(f"/en/developers/{guide}")
        for guide in ("datasets", "rows", "files", "keys", "errors", "changes", "ckan", "formats")
    ),
    "web.show_reference": (at("/zh/developers/reference"),),
    "web.show_operation": (at("/zh/developers/reference/list_rows"), at("/en/developers/reference/ckan_package_show")),
    "web.show_job": (at("/zh/job/{id}", status=404),),
    "web.cancel_job": (Ask("/zh/job/{id}", method="POST", form={}, status=403),),
    "web.show_objection": (at("/zh/objection?dataset={id}"),),
    "web.send_objection": (Ask("/zh/objection", method="POST", form={}, status=404),),
    "web.show_answer": (Ask("/zh/objection/answer", method="POST", form={}, status=404),),
    "web.show_publisher": (at("/zh/publisher/{publisher}", "title"),),
    "web.show_publishers": (at("/zh/publishers"),),
    "web.show_search": (*searches("/zh/search?q="), at("/zh/search?sort=modified"), at("/en/search?format=csv")),
    "web.suggest": (*searches("/zh/suggest?q=", notes="nothing"),),
    "web.show_terms": (at("/zh/terms"),),
    "web.show_theme": (at("/zh/theme/education", "title"),),
    "web.show_themes": (at("/zh/themes"),),
    "web.show_webhooks": (at("/zh/account/webhooks", status=303),),
    "web.show_webhook": (at("/zh/account/webhooks/{id}", status=303),),
    "web.make_own_webhook": (Ask("/zh/account/webhooks", method="POST", form={"dataset": "{id}"}, status=401),),
    "web.try_own_webhook": (Ask("/zh/account/webhooks/{id}/test", method="POST", form={}, status=401),),
    "web.enable_own_webhook": (Ask("/zh/account/webhooks/{id}/enable", method="POST", form={}, status=401),),
    "web.rotate_own_webhook": (Ask("/zh/account/webhooks/{id}/secret", method="POST", form={}, status=401),),
    "web.delete_own_webhook": (Ask("/zh/account/webhooks/{id}/delete", method="POST", form={}, status=401),),
    "web.show_accounts": (at("/zh/accounts?q={title}", status=303),),
    "web.show_one_account": (at("/zh/accounts/{id}", status=303),),
    "web.decide_about_account": (Ask("/zh/accounts/{id}", method="POST", form={"act": "close"}, status=401),),
    "web.show_account_page": (at("/zh/account", status=303),),
    "web.show_sign_in": (at("/zh/account/sign-in"),),
    "web.do_sign_in": (Ask("/zh/account/sign-in", method="POST", form={}, status=403),),
    "web.do_sign_out": (Ask("/zh/account/sign-out", method="POST", form={}, status=403),),
    "web.begin_sign_in": (Ask("/zh/account/provider/sign-in", method="POST", form={}, status=403),),
    "web.begin_linking": (Ask("/zh/account/provider/link", method="POST", form={}, status=401),),
    "web.do_unlinking": (Ask("/zh/account/provider/unlink", method="POST", form={}, status=401),),
    "web.receive_answer": (at("/account/provider?code={id}&state={id}", status=303),),
    "web.take_answer": (at("/zh/account/provider/answer?code={id}&state={id}", status=303),),
    "web.show_trouble": (at("/zh/account/provider/trouble?why={id}", status=404),),
    "web.receive_sign_out": (at("/account/provider/signed-out?state={id}", status=303),),
    "web.show_register": (at("/zh/account/register"),),
    "web.do_register": (Ask("/zh/account/register", method="POST", form={}, status=403),),
    "web.show_reset": (at("/zh/account/reset"),),
    "web.do_reset": (Ask("/zh/account/reset", method="POST", form={}, status=403),),
    "web.show_link": (at("/zh/account/link?link={id}", status=404),),
    "web.do_link": (Ask("/zh/account/link", method="POST", form={}, status=403),),
    "web.show_keys": (at("/zh/account/keys", status=303),),
    "web.show_key": (at("/zh/account/keys/{id}", status=303),),
    "web.make_key": (Ask("/zh/account/keys", method="POST", form={}, status=401),),
    "web.rotate_key": (Ask("/zh/account/keys/{id}/rotate", method="POST", form={}, status=401),),
    "web.revoke_key": (Ask("/zh/account/keys/{id}/revoke", method="POST", form={}, status=401),),
    "web.do_code": (Ask("/zh/account/code", method="POST", form={}, status=403),),
    "web.do_setting_up": (Ask("/zh/account/second-factor", method="POST", form={}, status=401),),
    "web.do_removing": (Ask("/zh/account/second-factor/remove", method="POST", form={}, status=401),),
    "web.change_password": (Ask("/zh/account/security/password", method="POST", form={}, status=401),),
    "web.change_address": (Ask("/zh/account/security/address", method="POST", form={}, status=401),),
    "web.change_name": (Ask("/zh/account/security/name", method="POST", form={}, status=401),),
    "web.sign_out_others": (Ask("/zh/account/security/sign-out-others", method="POST", form={}, status=401),),
    "web.do_delete": (Ask("/zh/account/delete", method="POST", form={}, status=401),),
    "web.show_code": (at("/zh/account/code", status=303),),
    "web.show_setting_up": (at("/zh/account/second-factor", status=303),),
    "web.show_security": (at("/zh/account/security", status=303),),
    "web.show_health": (at("/healthz"),),
    "web.show_robots": (at("/robots.txt"),),
    "web.show_index": (at("/sitemap.xml"),),
    "web.show_datasets": (at("/sitemap/datasets1.xml"),),
    "web.show_fixed_pages": (at("/sitemap/pages.xml"),),
}

FEEDS: Mapping[str, tuple[Ask, ...]] = {
    "web.feed_catalogue": (at("/feeds/zh/catalogue.atom", "title"), at("/feeds/en/catalogue.atom")),
    "web.feed_publisher": (at("/feeds/zh/publisher/{publisher}.atom", "title"),),
    "web.feed_theme": (at("/feeds/zh/theme/education.atom", "title"),),
    "web.feed_dataset": (at("/feeds/zh/dataset/{id}.atom", "title"),),
    "web.feed_search": (*searches("/feeds/zh/search.atom?q="),),
    "web.ckan_feed_catalogue": (at("/feeds/dataset.atom", "title"),),
    "web.ckan_feed_publisher": (at("/feeds/organization/{publisher}.atom", "title"),),
    "web.ckan_feed_theme": (at("/feeds/group/education.atom", "title"),),
}

API: Mapping[str, tuple[Ask, ...]] = {
    "api.get_index": (at("/api/v1/"),),
    "api.show_coverage": (at("/api/v1/coverage"),),
    "api.follow_changes": (at("/api/v1/changes?limit=1000", "title"), at("/api/v1/changes?publisher={publisher}")),
    "api.search_datasets": (
        *searches("/api/v1/datasets?q="),
        at("/api/v1/datasets?limit=100", "title"),
        at("/api/v1/datasets?theme=education&limit=100", "title"),
        at("/api/v1/datasets?q=title:{title}"),
    ),
    "api.get_one_dataset": (at("/api/v1/datasets/{id}", "title"), at("/api/v1/datasets/{id}@v1", "title")),
    "api.get_table": (at(_TABLE), at("/api/v1/datasets/{id}@v1/tables/{part}")),
    "api.list_rows": (
        at(_TABLE + "/rows", "rows"),
        at(_TABLE + "/rows?where=名称 contains '{row}'", "rows"),
        at(_TABLE + "/rows?select=类别&limit=1&where=数量 > 10"),
        at("/api/v1/datasets/{id}@v1/tables/{part}/rows", "rows"),
        at(_TABLE + "/rows?group_by=名称&order_by=count(*) desc", "rows"),
        at(_TABLE + "/rows?select=max(名称) as 大, count(*)&where=名称 like '%25{row}%25'", "rows"),
        at(_TABLE + "/rows?select=类别&limit=1&facets=名称", "rows"),
    ),
    "api.query_rows": (
        Ask(_TABLE + "/rows", "rows", method="POST", json={}),
        Ask(_TABLE + "/rows", "rows", method="POST", json={"group_by": "名称", "facets": "名称,类别"}),
    ),
    "api.list_vocabularies": (at("/api/v1/vocabularies"),),
    "api.get_vocabulary": (at("/api/v1/vocabularies/themes"), at("/api/v1/vocabularies/reasons")),
    "api.compare_versions": (
        at("/api/v1/datasets/{id}/differences", status=404),
        at("/api/v1/datasets/{id}/differences?from=1&to=2", status=404),
    ),
    "api.compare_rows": (
        at(_TABLE + "/differences?from=1&to=2", status=404),
        at(_TABLE + "/differences?from=2&to=1&by=名称", status=404),
    ),
    "api.list_webhooks": (at("/api/v1/me/webhooks", status=401),),
    "api.create_webhook": (
        Ask("/api/v1/me/webhooks", method="POST", json={"url": "https://a.example/", "dataset": "{id}"}, status=401),
    ),
    "api.get_webhook": (at("/api/v1/me/webhooks/{id}", status=401),),
    "api.delete_webhook": (Ask("/api/v1/me/webhooks/{id}", method="DELETE", status=401),),
    "api.rotate_webhook_secret": (Ask("/api/v1/me/webhooks/{id}/secret", method="POST", status=401),),
    "api.enable_webhook": (Ask("/api/v1/me/webhooks/{id}/enabled", method="POST", status=401),),
    "api.try_webhook": (Ask("/api/v1/me/webhooks/{id}/test", method="POST", status=401),),
    "api.list_webhook_deliveries": (at("/api/v1/me/webhooks/{id}/deliveries", status=401),),
    "api.list_versions": (at("/api/v1/datasets/{id}/versions"),),
    "api.get_export": (at("/api/v1/exports/{id}", status=404),),
    "api.get_export_file": (at("/api/v1/exports/{id}/file", status=404),),
    "api.cancel_export": (Ask("/api/v1/exports/{id}", method="DELETE", status=404),),
    "api.export_catalogue": (at("/api/v1/catalogue.jsonl", "title"), at("/api/v1/catalogue.csv", "title")),
    "api.export_rows": (
        at(_TABLE + "/export.csv", "rows"),
        at(_TABLE + "/export.jsonl?where=名称 contains '{row}'", "rows"),
        at(_TABLE + "/export.xml?select=名称&order_by=名称", "rows"),
        at("/api/v1/datasets/{id}@v1/tables/{part}/export.csv?where=数量 > 10"),
        at(_TABLE + "/export.xlsx?where=名称 contains '{row}'", status=202),
    ),
    "api.create_export": (Ask(_TABLE + "/exports", method="POST", json={"format": "csv"}, status=202),),
    "api.get_me": (at("/api/v1/me"),),
    "api.list_my_grants": (at("/api/v1/me/grants"),),
    "api.list_my_keys": (at("/api/v1/me/keys", status=401),),
    "api.create_my_key": (Ask("/api/v1/me/keys", method="POST", json={}, status=401),),
    "api.get_my_key": (at("/api/v1/me/keys/{id}", status=401),),
    "api.rotate_my_key": (Ask("/api/v1/me/keys/{id}/rotate", method="POST", json={}, status=401),),
    "api.revoke_my_key": (Ask("/api/v1/me/keys/{id}", method="DELETE", status=401),),
    "api.get_quota": (at("/api/v1/me/quota"),),
    "api.openapi": (at("/api/v1/openapi.json"),),
    "api.list_all_publishers": (at("/api/v1/publishers"),),
    "api.get_one_publisher": (at("/api/v1/publishers/{publisher}?limit=100", "title"),),
    "api.suggest_datasets": (*searches("/api/v1/suggestions?q=", notes="nothing"),),
    "api.list_all_themes": (at("/api/v1/themes"),),
    "api.get_one_theme": (at("/api/v1/themes/education?limit=100", "title"),),
}

FILES: Mapping[str, tuple[Ask, ...]] = {
    "downloads.file": (
        at("/download/{id}/{part}.csv", "rows"),
        at("/download/{id}/{part}.json", "rows"),
        at("/download/{id}/{part}.parquet"),
        at("/download/{id}/{part}.original"),
        at("/download/{id}@v1/{part}.csv", "rows"),
        at("/download/{id}/{part}.csv", "rows", headers={"Range": "bytes=0-200"}, status=206),
        at("/download/{id}/{part}.csv?where=名称 contains '{row}'", "rows"),
        at("/download/{id}/{part}.xlsx", status=202),
    ),
}

CKAN: Mapping[str, tuple[Ask, ...]] = {
    "ckan.status_show": (at("/api/3/action/status_show"),),
    "ckan.license_list": (at("/api/3/action/license_list"),),
    "ckan.package_show": (at(_ACTION + "package_show?id={id}", "title"),),
    "ckan.package_list": (at(_ACTION + "package_list"),),
    "ckan.package_search": (
        *searches(_ACTION + "package_search?q="),
        at(_ACTION + "package_search?q=title:{title}", "title"),
        at(_ACTION + "package_search?fq=tags:{tag}&include_private=true&include_drafts=true", "title"),
        at(_ACTION + "package_search?fq=id:{id} OR state:*&fl=id,title,notes", "title"),
        at(_ACTION + 'package_search?rows=0&facet.field=["tags","res_name","name"]&facet.limit=-1'),
        at(_ACTION + "package_search?fq=state:(deleted OR draft)"),
    ),
    "ckan.current_package_list_with_resources": (at(_ACTION + "current_package_list_with_resources", "title"),),
    "ckan.package_autocomplete": (at(_ACTION + "package_autocomplete?q={title}", "title"),),
    "ckan.package_collaborator_list": (at(_ACTION + "package_collaborator_list?id={id}", status=409),),
    "ckan.package_relationships_list": (at(_ACTION + "package_relationships_list?id={id}"),),
    "ckan.organization_list": (at(_ACTION + "organization_list?all_fields=true"),),
    "ckan.organization_show": (at(_ACTION + "organization_show?id={publisher}&include_datasets=true", "title"),),
    "ckan.organization_autocomplete": (at(_ACTION + "organization_autocomplete?q={publisher}"),),
    "ckan.organization_list_for_user": (at(_ACTION + "organization_list_for_user"),),
    "ckan.group_list": (at(_ACTION + "group_list?all_fields=true"),),
    "ckan.group_show": (at(_ACTION + "group_show?id=education&include_datasets=true", "title"),),
    "ckan.group_package_show": (at(_ACTION + "group_package_show?id=education", "title"),),
    "ckan.group_autocomplete": (at(_ACTION + "group_autocomplete?q=edu"),),
    "ckan.group_list_authz": (at(_ACTION + "group_list_authz"),),
    "ckan.tag_list": (at(_ACTION + "tag_list?query={tag}"), at(_ACTION + "tag_list")),
    "ckan.tag_show": (at(_ACTION + "tag_show?id={tag}&include_datasets=true", "title"),),
    "ckan.tag_autocomplete": (at(_ACTION + "tag_autocomplete?q={tag}"),),
    "ckan.tag_search": (at(_ACTION + "tag_search?query={tag}"),),
    "ckan.complete_tags": (at("/api/2/util/tag/autocomplete?incomplete={tag}"),),
    "ckan.vocabulary_list": (at(_ACTION + "vocabulary_list"),),
    "ckan.vocabulary_show": (at(_ACTION + "vocabulary_show?id={tag}", status=404),),
    "ckan.resource_show": (at(_ACTION + "resource_show?id={id}-{part}"),),
    "ckan.resource_view_list": (at(_ACTION + "resource_view_list?id={id}-{part}"),),
    "ckan.resource_search": (
        at(_ACTION + "resource_search?query=name:数据"),
        at(_ACTION + "resource_search?query=package_id:{id}"),
    ),
    "ckan.format_autocomplete": (at(_ACTION + "format_autocomplete?q=c"),),
    "ckan.member_list": (
        at(_ACTION + "member_list?id=education"),
        at(_ACTION + "member_list?id={publisher}&object_type=package"),
    ),
    "ckan.group_follower_count": (at(_ACTION + "group_follower_count?id=education"),),
    "ckan.organization_follower_count": (at(_ACTION + "organization_follower_count?id={publisher}"),),
    "ckan.dataset_follower_count": (at(_ACTION + "dataset_follower_count?id={id}"),),
    "ckan.user_show": (at(_ACTION + "user_show?id={id}", status=404),),
    "ckan.user_list": (at(_ACTION + "user_list"),),
    "ckan.user_autocomplete": (at(_ACTION + "user_autocomplete?q={title}"),),
    "ckan.am_following_dataset": (at(_ACTION + "am_following_dataset?id={id}", status=403),),
    "ckan.am_following_group": (at(_ACTION + "am_following_group?id=education", status=403),),
    "ckan.dataset_follower_list": (at(_ACTION + "dataset_follower_list?id={id}", status=403),),
    "ckan.group_follower_list": (at(_ACTION + "group_follower_list?id=education", status=403),),
    "ckan.help_show": (at("/api/3/action/help_show?name=status_show"),),
    "ckan.other_action": (at("/api/3/action/{title}", status=400),),
    "ckan.version": (at("/api/3"),),
    "ckan.root": (at("/api"), at("/api/3/")),
    "ckan.datastore_search": (
        at(_DATASTORE + "search?resource_id={id}-{part}", "rows"),
        at(_DATASTORE + "search?resource_id={id}-{part}&q={row}", "rows"),
        at(_DATASTORE + 'search?resource_id={id}-{part}&fields=名称&filters={{"_id":{{"gte":1}}}}', "rows"),
        at(_DATASTORE + "search?resource_id={id}-{part}&distinct=true&fields=类别"),
        at(_DATASTORE + "search?resource_id={id}-{part}&limit=0"),
        at(_DATASTORE + "search?resource_id=_table_metadata&limit=1000"),
    ),
    "ckan.datastore_search_sql": (
        at(_DATASTORE + 'search_sql?sql=SELECT * FROM "{id}-{part}"', status=409),
        at(_DATASTORE + 'search_sql?sql=SELECT 类别, count(*) FROM "{id}-{part}" GROUP BY 类别', status=409),
    ),
    "ckan.dump": (
        at("/datastore/dump/{id}-{part}", "rows"),
        at("/datastore/dump/{id}-{part}?format=json&q={row}", "rows"),
        at("/datastore/dump/{id}-{part}?format=xml&limit=0"),
    ),
    "ckan.datastore_info": (at(_DATASTORE + "info?id={id}-{part}"),),
}

_NAME = "/dataset/{id}"

LINKED: Mapping[str, tuple[Ask, ...]] = {
    "linked.name_catalogue": (at("/catalog", status=303),),
    "linked.show_catalogue": (
        at("/catalog.ttl", "title"),
        at("/catalog.rdf", "title"),
        at("/catalog.jsonld", "title"),
        at("/catalog.ttl?page=1&after=aaaaaaaaaaaaaaaa"),
    ),
    "linked.name_dataset": (at(_NAME, status=303), at(_NAME, status=303, headers={"Accept": "text/turtle"})),
    "linked.show_dcat": (at(_NAME + ".ttl", "title"), at(_NAME + ".jsonld", "title"), at(_NAME + "@v1.rdf", "title")),
    "linked.show_schema_org": (at(_NAME + "/schema.jsonld", "title"),),
    "linked.show_croissant": (at(_NAME + "/croissant.json", "title"), at(_NAME + "@v1/croissant.json", "title")),
    "linked.show_data_package": (at(_NAME + "/datapackage.json", "title"),),
    "linked.show_data_json": (at("/data.json", "title"),),
    "linked.show_package_catalogue": (at("/datacatalog.json", "title"),),
    "linked.answer_oai": (
        at("/oai?verb=Identify"),
        at("/oai?verb=ListSets"),
        at("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc"),
        at("/oai?verb=ListRecords&metadataPrefix=oai_dc", "title"),
        at("/oai?verb=ListRecords&metadataPrefix=dcat&set=theme:education", "title"),
        at("/oai?verb=GetRecord&metadataPrefix=dcat&identifier=oai:127.0.0.1:{id}", "title"),
    ),
    "linked.show_search": (at("/zh/opensearch.xml"),),
    "linked.suggest_titles": (*searches("/zh/opensearch/suggestions.json?q=", notes="nothing"),),
}


def _tool(name: str, told: Told, **arguments: object) -> Ask:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    return Ask("/mcp", told, method="POST", json=message)


_ROWS_OF = {"dataset": "{id}", "table": "{part}"}

MCP: Mapping[str, tuple[Ask, ...]] = {
    "mcp.answer_message": (
        _tool("search_datasets", "title", query="{title}"),
        _tool("search_datasets", "nothing", query="{row}"),
        _tool("describe_dataset", "title", dataset="{id}"),
        _tool("query_rows", "rows", **_ROWS_OF),
        _tool("query_rows", "rows", **_ROWS_OF, where="名称 contains '{row}'"),
        _tool("query_rows", "nothing", **_ROWS_OF, select="count(*) as n", group_by="类别"),
    ),
}

MATRIX: Mapping[str, tuple[Ask, ...]] = {**PAGES, **FEEDS, **API, **FILES, **CKAN, **LINKED, **MCP}
