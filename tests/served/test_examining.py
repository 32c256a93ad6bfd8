"""What the examination passes over is what was made by chance, and nothing that somebody wrote."""

import pytest

from tests.served.examining import Examination

# A signature and two ids that chance did make, or may make at any time: a permit of the old form, and a mobile number.
SIGNATURE = "0a" * 32 + "eabc110599051234f" + "7" * 47
IDS = ("2evlq4744bobz5ta", "l4q35soq3q4fas2b")


@pytest.mark.parametrize("made", [SIGNATURE, *IDS, f"{IDS[0]}@v3", f"/dataset/{IDS[1]}"])
def test_what_is_made_by_chance_is_never_taken_for_a_number_of_somebody(made: str) -> None:
    examination = Examination()
    examination.take_text("bundle state", made)
    assert examination.finish() == []


@pytest.mark.parametrize("written", ["CHN330583020617", "810000199408230021", "13800138000", "工号 11010519491231002X"])
@pytest.mark.parametrize("beside", ["", f"{SIGNATURE} ", f"{IDS[0]} "])
def test_what_somebody_wrote_is_found_beside_it(beside: str, written: str) -> None:
    examination = Examination()
    examination.take_text("bundle state", beside + written)
    assert len(examination.finish()) == 1
