"""What a CKAN says besides: every field as text, except what is mapped elsewhere or is about accounts."""

from harvesters.ckan.particulars import package_particulars, resource_particulars


def test_texts_numbers_and_truth_values_are_kept_as_text() -> None:
    said = package_particulars({"author": " 数据科 ", "version": "", "views": 3, "score": 1.5, "is_x": True})
    assert said == {"author": "数据科", "version": "", "views": "3", "score": "1.5", "is_x": "true"}


def test_what_is_nested_null_very_long_or_oddly_named_is_left_out() -> None:
    said = {"a": None, "b": ["x"], "c": {"d": "e"}, "f": "x" * 20_001, "": "x", "g" * 101: "x"}
    assert package_particulars(said) == {}
    assert package_particulars({"f": "x" * 20_000}) == {"f": "x" * 20_000}


def test_accounts_and_what_is_mapped_elsewhere_are_left_out() -> None:
    said = {"creator_user_id": "u", "title": "t", "notes": "n", "private": False, "state": "draft", "plugin_data": "x"}
    assert package_particulars(said) == {}
    assert resource_particulars({"id": "r", "package_id": "p", "datastore_active": True, "url": "http://x"}) == {}


def test_extras_are_told_apart_by_a_prefix_and_never_stand_for_fields() -> None:
    extras = [{"key": "author", "value": "extra"}, {"key": "n", "value": 1}, {"key": 5, "value": "x"}, "no extra", {}]
    assert package_particulars({"author": "field", "extras": extras}) == {
        "author": "field",
        "extras_author": "extra",
        "extras_n": "1",
    }
    assert package_particulars({"extras": "nonsense"}) == {}


def test_no_more_than_sixty_are_kept() -> None:
    many = {f"field{n}": "x" for n in range(100)}
    extras = [{"key": f"k{n}", "value": "x"} for n in range(100)]
    assert len(package_particulars({**many, "extras": extras})) == 60
    assert len(resource_particulars(many)) == 60
