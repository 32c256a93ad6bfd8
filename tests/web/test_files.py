"""A file without tables is linked by the one address under which downloads have it."""

from dataclasses import replace

from portal.catalogue.queries import get_dataset
from portal.catalogue.views import Ref
from portal.exports.metadata.schema_org import describe_dataset
from portal.exports.metadata.site import Site as Described
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language
from portal.kernel.vocab import PartKind
from portal.web.dataset import part_block
from tests.web.site import Site


def test_a_files_addresses_are_those_of_the_original(site: Site) -> None:
    with site.parts.database.reading() as session:
        dataset = get_dataset(session, ANONYMOUS, Ref(site.plain))
    file = replace(dataset.parts[0], kind=PartKind.FILE, format="html", schema=None)
    told = describe_dataset(replace(dataset, parts=(file,)), Described.of(site.parts.settings), Language.EN)
    address = f"/download/{site.plain}@v{dataset.version.number}/{file.slug}.original"
    assert address in str(told)
    assert [d.href for d in part_block(dataset, file).downloads] == [address]
