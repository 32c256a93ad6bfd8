"""People of the sample: one who applies for the conditional dataset and one of staff who decides, so that the whole way can be
tried. Their password is made on the first start, kept beside the sample's database, and shown."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.directory import create_account, find_account_id, set_roles
from portal.accounts.passwords import hash_password
from portal.catalogue.queries import list_open_on_application
from portal.kernel.principal import ANONYMOUS
from portal.kernel.vocab import StaffRole

APPLICANT: Final = "applicant@example.cn"
STAFF: Final = "staff@example.cn"
_NAMES: Final = {APPLICANT: "赵申请", STAFF: "李审核"}


def add_people(session: Session, var_dir: Path, person: str, now: datetime) -> None:
    """Make the accounts that are not there yet; the one of staff has every role."""
    for address, name in _NAMES.items():
        if find_account_id(session, address) is None:
            hashed = hash_password(sample_password(var_dir))
            made = create_account(
                session, email=address, name=name, password_hash=hashed, language="zh", now=now, actor=f"staff:{person}"
            )
            if address == STAFF:
                set_roles(session, made.id, frozenset(StaffRole), person=person, now=now)


def sample_password(var_dir: Path) -> str:
    """The password of the sample's people, made once."""
    path = var_dir / "sample-password"
    if not path.exists():
        path.touch(0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(4)), encoding="ascii")
    return path.read_text(encoding="ascii")


def words_for_people(session: Session, var_dir: Path, base_url: str) -> tuple[str, ...]:
    """How to try a conditional dataset, as lines; none where the sample has none."""
    found = list_open_on_application(session, ANONYMOUS, 1)
    if not found:
        return ()
    return (
        f"Conditional data, with the password {sample_password(var_dir)}",
        f"  {APPLICANT:<20}  applies at {base_url}/zh/dataset/{found[0]}/apply",
        f"  {STAFF:<20}  decides at {base_url}/zh/applications",
        f"  {APPLICANT:<20}  accepts the agreement at {base_url}/zh/account/applications and reads the rows",
    )
