"""What is kept of a listing once it was read: its labels, how it compares with what was known, what is covered now."""

from sqlalchemy.orm import Session

from portal.ingest.harvest import Harvest
from portal.ingest.listings.coverage import count_coverage
from portal.ingest.listings.label_sets import LabelSets, keep_labels
from portal.ingest.listings.reconciling import Compared, keep_reconciliation


def sum_up(session: Session, harvest: Harvest, labels: LabelSets, gone: Compared | None) -> None:
    """Keep all three. `gone` None: the listing did not reach its end."""
    keep_labels(session, harvest, labels)
    keep_reconciliation(session, harvest, gone)
    count_coverage(session, harvest.now())
