"""Every code that gate, ingest and readers give as a reason, as a message id (English; the Chinese is in `zh.po`).

Whoever adds a code adds its line here; a test finds codes without one. `%(subject)s` is the column, field or label the
reason is about, `%(count)s` a number of cells or rows.
"""

from collections.abc import Mapping
from types import MappingProxyType

from portal.gate.rules import RULES, Words
from portal.i18n.messages import later, translate
from portal.kernel.text import Language

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # columns that are not in a published table
        "column_closed": "The department decided not to open this column.",
        "column_conditional": "This column is open on application only.",
        "column_secret": "This column is marked as secret.",
        "column_unannounced": "The column was delivered without having been announced.",
        "column_undeclared": "Nothing was declared about opening this column.",
        "column_sensitive_name": "The column's name says that it holds personal data.",
        "column_sensitive_content": "The column holds personal data.",
        "column_missing": "The column was announced but not delivered.",
        "column_unnamed": "The column has no name.",
        "column_duplicate": "Another column has the same name.",
        "column_dropped_by_mapping": "The signed mapping of the source says that this column is never published.",
        "column_changed_by_mapping": "The signed mapping of the source says how this column is changed before publishing.",
        "column_open": "The department declared this column open.",
        "column_follows_resource": "The decision to open the resource covers this column.",
        # the department's own decision, or the law: refused
        "secret": "The record is marked as secret. It is never published; if the mark is wrong, correct it at the source.",
        "grade_never_open": "Data graded as %(subject)s is never opened (GB/T 43697-2024).",
        "closed": "The department decided not to open this resource.",
        "owned_by_higher_level": "A higher level of government owns this data; it is not the district's to open.",
        # the declaration: held until it is complete and unambiguous
        "mapping_unsigned": "The value mapping of the source is not signed. Check what its labels mean, then sign it.",
        "label_unknown": "The label “%(subject)s” is not in the source's value mapping. Add what it means and sign again.",
        "labels_not_signed": "The source uses labels that its signed mapping does not know (%(subject)s), so nothing of it is "
        "changed. Say what they mean with `portal source mapping show`, sign, and harvest again; or correct the source.",
        "catalogue_entry": "The resource is only catalogued: no data of it was delivered, so there is nothing to publish.",
        "openness_missing": "The department did not say whether this resource is open. Ask it to fill in the open attribute.",
        "conditional_terms_missing": "The resource is open on application, but its terms are not stated. State them at the "
        "source (开放条件) or as the default “condition” in the signed mapping, and sign.",
        "owner_missing": "No owner is named. Name one at the source or as a default in the signed mapping.",
        "approver_missing": "No approver is named. Name one at the source or as a default in the signed mapping.",
        "basis_missing": "No basis for opening is stated. State one at the source or as a default in the signed mapping.",
        "grade_missing": "The data is not graded. Grade it at the source or say in the signed mapping what a blank means.",
        "class_missing": "The data is not classified. Classify it at the source or as a default in the signed mapping.",
        "open_but_not_shared": "Declared open, but also declared as not to be shared. Correct one of the two at the source.",
        "open_but_condition_stated": "Declared open to everyone, but a condition is stated. Correct one of the two.",
        "closed_but_column_open": "Declared closed, but some of its columns are declared open. Correct it at the source.",
        "column_open_but_secret": "A column is declared open and secret at once. Correct it at the source.",
        # the inspection: held
        "found_unknown": "The inspection found something in “%(subject)s” (%(count)s) that the gate does not know.",
        "original_withheld": "The delivered file itself is not offered: personal data was found in its %(subject)s.",
        "nothing_to_publish": "Nothing is left to publish: no column is open, or nothing was delivered.",
        "table_empty": "The table “%(subject)s” has no rows. Deliver it again, or let a reviewer confirm that it is empty.",
        "link_not_checked": "“%(subject)s” is only a link elsewhere; what is behind it was not checked by us.",
        # what was not seen is not admitted, and no reviewer can release it
        "part_not_inspected": "“%(subject)s” could not be inspected. Deliver it in a form that can be read.",
        "inspection_incomplete": "The inspection of “%(subject)s” did not reach every row. Run it again.",
        "hidden_not_inspected": "Hidden parts of the file “%(subject)s” could not be inspected. Deliver it without them.",
        "file_hides_something": "The file “%(subject)s” holds parts that a reader does not see. Deliver it without them, or "
        "let a reviewer confirm that they may be public.",
        "page_not_inspected": "The texts of the page were not inspected. Run the harvest again.",
        "columns_not_inspected": "The columns inspected in “%(subject)s” are not those to be published. Run it again.",
        "digest_mismatch": "What was inspected is not what would be published (“%(subject)s”). Run the harvest again.",
        "rules_laxer_than_declared": "The column “%(subject)s” would be published against its declaration. Run it again.",
        "second_person_missing": "One person released “%(subject)s”, which asks for two. A second person must release it too.",
        "second_person_asked": "The signed mapping asks for two people here. A second person must release it too.",
        "two_people_asked": "The signed mapping asks for two people to release this.",
        "release_unsigned": "The release has no reviewer or no reason; release the record again with both.",
        # reading a file: refused, nothing of it is published
        "file_empty": "The file “%(subject)s” has no row with data. Deliver a file with data.",
        "file_too_large": "The file “%(subject)s” is too large to be read. Deliver it in smaller files.",
        "file_too_wide": "A table in “%(subject)s” has too many columns. Deliver it as several tables.",
        "file_bomb": "The file “%(subject)s” unpacks to far more than its size. Deliver it in smaller files or as CSV.",
        "file_encrypted": "The file “%(subject)s” is protected by a password. Deliver it without one.",
        "archive_unsafe": "The archive “%(subject)s” has entries that lead outside it, are links or have the same "
        "name. Pack it anew.",
        "xml_entities": "The file “%(subject)s” declares XML entities, which are not resolved. Deliver it without them.",
        "file_damaged": "The file “%(subject)s” is damaged and cannot be opened. Deliver it again.",
        "file_encoding_unknown": "The text of “%(subject)s” is in no known encoding. Save it as UTF-8 and deliver it again.",
        "hidden_parts_unreadable": "The file “%(subject)s” may hide rows, columns or comments, which cannot be seen in its "
        "format. Save it as .xlsx or CSV and deliver it again.",
        "reader_out_of_memory": "Reading “%(subject)s” takes too much memory. Deliver it as CSV or in smaller files.",
        "reader_timed_out": "Reading “%(subject)s” takes too long. Deliver it in smaller files.",
        "reader_failed": "The file “%(subject)s” could not be read. Deliver it in another format, such as CSV.",
        # layers: held until their coordinates can be trusted
        "layer_system_unknown": "Nobody says which coordinate system the layer “%(subject)s” is in. Deliver it with a .prj file "
        "or state it in the signed mapping (coordinate_system).",
        "layer_system_local": "The layer “%(subject)s” is in a local coordinate system. Have it converted to CGCS2000 "
        "and deliver it again.",
        "layer_system_unsupported": "The coordinate system of “%(subject)s” cannot be converted exactly. Deliver it "
        "in CGCS2000.",
        "layer_system_contradicts": "File, record and mapping state different coordinate systems for “%(subject)s”. Correct the "
        "wrong one.",
        "layer_outside_area": "The coordinates of “%(subject)s” lie outside the area of the stated system. Check which "
        "system it is in.",
        "layer_axes_swapped": "Longitude and latitude are the wrong way round in “%(subject)s”. Deliver it with "
        "longitude first.",
        "layer_metres_as_degrees": "The coordinates of “%(subject)s” are metres, but the stated system has degrees. State the "
        "projected system.",
        "layer_geojson_invalid": "The file “%(subject)s” is not valid GeoJSON. Check it with its program and "
        "deliver it again.",
        "layer_incomplete": "A file of the shapefile “%(subject)s” is missing. Deliver .shp, .shx, .dbf and .prj together.",
        "layer_geometry_unreadable": "Geometries of “%(subject)s” cannot be read. Deliver points, lines or areas "
        "with numbers.",
        # layers: notes for the publisher
        "layer_system": "The layer was delivered in %(subject)s and is published in WGS 84.",
        "layer_without_geometry": "%(count)s features have no geometry.",
        "layer_heights_left_out": "The heights of %(count)s features were left out.",
        "layer_geometries_invalid": "%(count)s geometries cross themselves or are broken otherwise; they are "
        "published as they came.",
        "layer_features_outside": "%(count)s features lie outside the area of %(subject)s.",
        "layer_kinds_mixed": "The layer has several kinds of geometries: %(subject)s.",
        "archive_members_left_out": "%(count)s files in the archive belong to no layer and were left out.",
        # documents and pictures: held until a person has looked
        "document_page_pictured": "On “%(subject)s” a picture covers the page, and what it shows was not inspected. Deliver it "
        "without the picture, or let a reviewer look.",
        "document_picture": "There are pictures on “%(subject)s” (%(count)s) that were not inspected. Deliver it without "
        "them, or let a reviewer look.",
        "document_page_without_text": "There is no text on “%(subject)s”, so nothing was inspected there. Deliver it as text, or "
        "let a reviewer look.",
        "document_text_hidden": "Text on “%(subject)s” (%(count)s) is there without being seen. Remove it.",
        "document_earlier_state": "The file still holds an earlier state of the document. Save it anew under another name.",
        "document_active": "The document holds scripts or actions (%(count)s). Remove them.",
        "document_attachment": "Files are attached to or embedded in the document (%(count)s). Deliver it without them.",
        "document_remark": "The document holds comments or notes (%(count)s). Remove them, or let a reviewer look.",
        "document_deleted_text": "The document still holds text that was deleted (%(count)s). Accept all changes "
        "and save it.",
        "picture_content": "What a picture shows was not inspected (%(subject)s). Let a reviewer look at it.",
        "picture_frames": "The picture has several frames or pages (%(count)s). Let a reviewer look at all of them.",
        "picture_metadata": "The picture carries data beside what it shows: %(subject)s. Remove it, or let a reviewer look.",
        "picture_position": "The picture says where it was taken (%(subject)s). Remove the position.",
        "picture_trailing": "Bytes follow the end of the picture (%(subject)s). Save it anew.",
        "format_not_inspectable": "What “%(subject)s” hides cannot be seen in its format. Deliver it as PDF, DOCX, "
        "JPEG or PNG.",
        # reading a file: notes for the publisher, nothing is held back
        "title_rows": "%(count)s rows of titles stood above the header and are not part of the table.",
        "header_over_two_rows": "The header took %(count)s rows; they were joined into one name a column.",
        "header_uncertain": "The header of “%(subject)s” is not certain; row %(count)s is proposed. Confirm or change it with "
        "`portal held header`.",
        "header_confirmed": "The header in row %(count)s was confirmed by the publisher.",
        "footers_left_out": "%(count)s rows under the table (totals, remarks, signatures) were left out.",
        "totals_inside": "%(count)s rows inside the table are totals of other rows.",
        "numbers_damaged": "%(count)s long numbers in “%(subject)s” lost their last digits in a spreadsheet. They stay text; "
        "deliver the column as text.",
        "late_type_change": "%(count)s cells of “%(subject)s” are of another kind than its first rows, so the "
        "column is text.",
        "broken_bytes_replaced": "%(count)s broken bytes were no characters; each is shown as �.",
        "member_left_out": "“%(subject)s” in the archive is no table and was left out.",
        "values_outside_rows": "%(count)s texts of the document stand outside its rows and were left out.",
        "no_header": "The first row already held data, so the %(count)s columns have no names of their own.",
        "blank_rows": "%(count)s blank rows were left out.",
        "null_words": "%(count)s cells of “%(subject)s” held a word for “no value”; they are empty here.",
        "zero_dates": "%(count)s cells of “%(subject)s” held a date of zeros; they are empty here.",
        "characters_repaired": "%(count)s cells of “%(subject)s” were stored in a wrong character set and were read back.",
        "column_not_text": "The column “%(subject)s” holds bytes or shapes and is not carried over.",
        "rows_repeated": "%(count)s rows were delivered more than once, exactly alike; one of each was kept.",
        "rows_superseded": "%(count)s rows were replaced by later rows of the same key.",
        "rows_deleted": "%(count)s rows were deleted by the department.",
        "rows_gone_from_source": "%(count)s rows are no longer at the source and were taken out.",
        "empty_columns": "%(count)s columns without a name and without a value were left out.",
        "columns_without_name": "%(count)s columns had no name and were numbered.",
        "columns_named_twice": "%(count)s columns had the name of another one and were numbered.",
        "columns_appeared_midway": "%(count)s columns came only after the first rows; the rows before have no value in them.",
        "values_without_value": "%(count)s cells of “%(subject)s” only said that there is no value; they are empty here.",
        "merged_cells_filled": "%(count)s cells of merged ranges in “%(subject)s” were filled with the value of the range.",
        "hidden_rows_left_out": "%(count)s hidden rows of “%(subject)s” were left out.",
        "hidden_columns_left_out": "%(count)s hidden columns of “%(subject)s” were left out.",
        "sheet_without_rows": "The sheet “%(subject)s” has no header with rows below it and was left out.",
        "records_inside": "The %(count)s records were found inside the document, under “%(subject)s”.",
        "quotes_unbalanced": "A quotation mark was never closed, so quotation marks were read as ordinary characters.",
        "nul_characters_left_out": "%(count)s NUL characters were left out.",
        "column_without_rule": "No rule says that this column may be published.",
        # the run: the record was skipped, what is published stays
        "record_unusable": "The entry cannot be understood. Correct it at the source.",
        "record_invalid": "The entry is not well-formed. Correct it at the source.",
        "record_without_id": "The entry has no identifier. Give it one at the source.",
        "record_id_too_long": "The identifier “%(subject)s…” has %(count)s characters. Shorten it at the source.",
        "record_repeated": "The list names this record more than once; the first entry counts.",
        "record_too_large": "The entry has %(count)s bytes, more than the source's limits allow.",
        "title_missing": "The record has no title. Give it one at the source.",
        "title_too_long": "The title has %(count)s characters. Shorten it at the source.",
        "text_too_long": "The %(subject)s has %(count)s characters. Shorten it at the source.",
        "too_many_entries": "The record has %(count)s %(subject)s, more than the source's limits allow.",
        "source_not_ready": "“%(subject)s” is being loaded at this moment; the next run reads it.",
        "fetch_failed": "The data could not be fetched; the next run tries again.",
        "file_digest_differs": "The file “%(subject)s” arrived different from what was announced. The next run tries again.",
        "internal_error": "Something went wrong here (%(subject)s); the operators can find it in the log.",
        "withdrawn_by_person": "A person withdrew this dataset here; only a person can allow it again.",
        "refused_by_reviewer": "A reviewer decided that exactly this is not published.",
        # the data cannot be used as it was delivered: held until something else is delivered
        "too_many_rows": "The table “%(subject)s” has more than the %(count)s rows that the source's limits allow.",
        "rows_unusable": "The rows of “%(subject)s” do not fit into one table. Deliver them again.",
        "no_public_column": "No column of the table may be published. Have the department declare columns open, or say in the "
        "signed mapping that the decision about a resource covers its columns (columns_follow_resource).",
        "column_names_hold_data": "Names of columns or sheets of “%(subject)s” hold personal data; probably the table came "
        "without a header. Deliver it with one, or say so with `portal held header`.",
        # the comparison with what is published: held
        "drift_rows_lost": "The table “%(subject)s” lost %(count)s rows since its last version. Check that this is meant.",
        "drift_columns_changed": "Columns changed since the last version: %(subject)s. Check that this is meant.",
        "drift_part_missing": "“%(subject)s” is published and was not delivered this time. Check that this is meant.",
        "row_ends_not_published": "The column “%(subject)s” says until when rows are public, and is not published as it is, so "
        "rows could not be taken out in time. Open it, or take `row_ends` out of the mapping.",
        "row_end_blank": "%(count)s rows of “%(subject)s” do not say until when they are public. Complete them, or say in the "
        "signed mapping that a blank means forever.",
        "row_end_unreadable": "%(count)s rows of “%(subject)s” name no day until which they are public. Correct them, or add the "
        "words to the signed mapping.",
        "drift_digits_appeared": "Numbers of the length of personal numbers appeared in a column: %(subject)s. Look at it.",
        "drift_nulls_jumped": "A column lost its values since the last version: %(subject)s. Check that this is meant.",
        "drift_values_collapsed": "A column has far fewer different values than before: %(subject)s. Check that "
        "this is meant.",
        "drift_days_moved": "The days in a column moved: %(subject)s. Check that this is meant.",
        "drift_numbers_moved": "The numbers in a column changed their magnitude: %(subject)s. Check that this is meant.",
        "drift_rows_grown": "The table “%(subject)s” has %(count)s rows more than its last version. Check that this "
        "is meant.",
        "rows_ended": "%(count)s rows are public no more: their day has come.",
        "rows_withdrawn": "%(count)s rows were withdrawn: %(subject)s",
        "rows_redacted": "Rows of this version are public no more; the newest version has those that are.",
        "table_withheld": "The table “%(subject)s” is not published: none of its columns is open.",
        "table_withheld_unnamed": "A table is not published: none of its columns is open.",
        "list_empty": "The source's list is empty; %(count)s records would be withdrawn. Check the source.",
        "list_shrunk": "%(count)s records are missing from the source's list. Check the source before they are withdrawn.",
        # why something that was public is not any more
        "closed_by_source": "The department closed this dataset.",
        "absent_from_source": "The department no longer provides this dataset.",
        "no_longer_admitted": "The dataset did not pass a newer inspection.",
        "reason_not_shown": "The reason is not shown, because it could identify a person.",
        "under_objection": "It is hidden while an objection is reviewed, and may come back.",
        "objection_upheld": "A person concerned objected and was right.",
        "not_in_catalogue": "The dataset is no longer part of the catalogue.",
        "column_closed_later": "A column that was open was closed later. Versions that hold it are no longer offered.",
    }
)

RULE_MESSAGES: Mapping[str, Words] = MappingProxyType({f"found_{rule.name}": rule.message for rule in RULES})
"""The rules of the inspection bring their messages with them, in both languages."""

UNKNOWN_REASON = later("A reason without a description: %(code)s")


def explain(language: Language, code: str, *, subject: str = "", count: int | None = None) -> str:
    """The sentence for a reason code in one language."""
    values = {"subject": subject, "count": "" if count is None else count}
    if code in RULE_MESSAGES:
        return RULE_MESSAGES[code].said(language) % values
    message = REASONS.get(code)
    if message is None:
        return translate(language, UNKNOWN_REASON, code=code)
    return translate(language, message, subject=subject, count="" if count is None else count)
