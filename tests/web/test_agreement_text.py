"""An agreement reads as paragraphs, headings and lists; nothing in it becomes markup."""

from portal.web.applications.wording import Block, agreement_blocks


def test_entries_become_lists_and_the_rest_paragraphs() -> None:
    text = "# Terms\n\nWho uses the data\npromises:\n\n1. a purpose\n2. no\n   passing on\n\n3. an end\n- one\n- two\n\nEnd."
    assert agreement_blocks(text) == (
        Block("heading", ("Terms",)),
        Block("paragraph", ("Who uses the data promises:",)),
        Block("numbers", ("a purpose", "no passing on", "an end"), 1),
        Block("bullets", ("one", "two")),
        Block("paragraph", ("End.",)),
    )


def test_chinese_lines_join_without_a_space_and_chinese_numbers_stay_text() -> None:
    assert agreement_blocks("一、仅用于\n申请的目的。") == (Block("paragraph", ("一、仅用于申请的目的。",)),)


def test_a_list_goes_on_with_its_number_after_a_paragraph() -> None:
    blocks = agreement_blocks("3. three\n4. four")
    assert (blocks[0].first, blocks[0].lines) == (3, ("three", "four"))
    assert agreement_blocks("") == ()
    assert agreement_blocks("<b>1</b>") == (Block("paragraph", ("<b>1</b>",)),)
