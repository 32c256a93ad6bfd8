"""The licences that a CKAN knows from the start, so that its clients find the ids they expect: facts of opendefinition.org."""

from dataclasses import dataclass
from typing import Final

_OPEN_DEFINITION: Final = "http://www.opendefinition.org/licenses/"


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence. `covers`: content, data or both; `is_open`: approved by the Open Definition."""

    id: str
    title: str
    url: str = ""
    covers: tuple[str, ...] = ()
    is_open: bool = False
    is_generic: bool = False

    def to_json(self) -> dict[str, object]:
        """As `license_list` has it."""
        return {
            "domain_content": str("content" in self.covers),
            "id": self.id,
            "domain_data": str("data" in self.covers),
            "domain_software": "False",
            "family": "",
            "is_generic": str(self.is_generic),
            "od_conformance": "approved" if self.is_open else "not reviewed",
            "osd_conformance": "not reviewed",
            "maintainer": "",
            "status": "active",
            "url": self.url,
            "title": self.title,
        }


def _known(id_: str, title: str, *covers: str) -> Licence:
    return Licence(id_, title, f"{_OPEN_DEFINITION}{id_}", covers, is_open=True)


def _other(id_: str, title: str, *covers: str, is_open: bool = True) -> Licence:
    return Licence(id_, title, "", covers, is_open=is_open, is_generic=True)


LICENCES: Final = (
    _other("notspecified", "License not specified", is_open=False),
    _known("odc-pddl", "Open Data Commons Public Domain Dedication and License (PDDL)", "data"),
    _known("odc-odbl", "Open Data Commons Open Database License (ODbL)", "data"),
    _known("odc-by", "Open Data Commons Attribution License", "data"),
    _known("cc-zero", "Creative Commons CCZero", "content", "data"),
    _known("cc-by", "Creative Commons Attribution"),
    _known("cc-by-sa", "Creative Commons Attribution Share-Alike", "content"),
    _known("gfdl", "GNU Free Documentation License", "content"),
    _other("other-open", "Other (Open)", "content"),
    _other("other-pd", "Other (Public Domain)", "content"),
    _other("other-at", "Other (Attribution)", "content"),
    Licence(
        "uk-ogl",
        "UK Open Government Licence (OGL)",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        ("content",),
        is_open=True,
    ),
    Licence("cc-nc", "Creative Commons Non-Commercial (Any)", "http://creativecommons.org/licenses/by-nc/2.0/"),
    _other("other-nc", "Other (Non-Commercial)", is_open=False),
    _other("other-closed", "Other (Not Open)", is_open=False),
)
BY_ID: Final = {licence.id: licence for licence in LICENCES}
