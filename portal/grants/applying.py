"""What applicants do: apply, write, withdraw, accept the agreement, report."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import is_visible
from portal.accounts.models import Account
from portal.catalogue.models import Dataset
from portal.db.locks import lock
from portal.grants.acts import Act, record_act
from portal.grants.agreements import find_agreement
from portal.grants.models import Application, ApplicationMessage, Grant, UseReport
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.principal import Principal
from portal.kernel.vocab import Openness
from portal.kernel.working_days import WorkingDays

OPEN_STATES = ("submitted", "approved")
DECIDED_WITHIN = 15
"""Working days in which an application is decided."""
ACCEPTED_WITHIN = timedelta(days=30)
"""How long an approval waits for the agreement; then it lapses."""
MOST_OPEN = 20
MOST_MESSAGES = 200
SHORTEST_TEXT, LONGEST_TEXT, LONGEST_NAME = 10, 5_000, 200
REPORTED_WITHIN = timedelta(days=30)
MOST_REPORTS = 20


@dataclass(frozen=True, slots=True)
class ApplicationText:
    """What the form asks. `scenario`: in which setting it is used; `retention`: how long it is kept and what happens then."""

    organisation: str
    contact: str
    purpose: str
    scenario: str
    retention: str
    safeguards: str

    def tidied(self) -> "ApplicationText":
        """Without white space around it. Raises InvalidInput that names the field."""
        texts = {field.name: str(getattr(self, field.name)).strip() for field in fields(self)}
        for name in ("organisation", "contact"):
            if not texts[name] or len(texts[name]) > LONGEST_NAME or not texts[name].isprintable():
                raise InvalidInput(f"Write 1 to {LONGEST_NAME} characters in one line.", parameter=name)
        for name in ("purpose", "scenario", "retention", "safeguards"):
            check_text(texts[name], name)
        return ApplicationText(**texts)


def check_text(text: str, name: str) -> None:
    """Raise InvalidInput for a text that is too short or too long to be read by somebody."""
    if not SHORTEST_TEXT <= len(text.strip()) <= LONGEST_TEXT or "\x00" in text:
        raise InvalidInput(f"Write {SHORTEST_TEXT} to {LONGEST_TEXT:,} characters.", parameter=name)


def apply_for_dataset(
    session: Session,
    principal: Principal,
    dataset_id: str,
    text: ApplicationText,
    now: datetime,
    *,
    calendar: WorkingDays,
) -> str:
    """Apply for the caller's account; the id of the application. `calendar` sets the deadline for deciding.

    Raises NotFound, InvalidInput.
    """
    account_id = own_account(principal)
    dataset = session.execute(
        select(Dataset.id, Dataset.state, Dataset.openness, Dataset.open_condition).where(Dataset.id == dataset_id)
    ).one_or_none()
    if dataset is None or not is_visible(principal, dataset.state):
        raise NotFound(f"There is no dataset {dataset_id[:40]} here.")
    if dataset.openness != Openness.CONDITIONAL:
        raise InvalidInput("This dataset is open to everyone; nobody has to apply for it.", parameter="dataset")
    if not dataset.open_condition.strip():
        raise InvalidInput(
            "The department has not stated its terms yet; apply when they are here.", parameter="dataset"
        )
    tidied = text.tidied()
    lock(session, f"applications {account_id}")
    _check_open(session, account_id, dataset_id)
    row = Application(
        account_id=account_id,
        dataset_id=dataset_id,
        terms=dataset.open_condition,
        **asdict(tidied),
        submitted_at=now,
        due_at=calendar.after(now, DECIDED_WITHIN),
    )
    session.add(row)
    session.flush()
    record_act(session, row.id, Act.SUBMITTED, actor=f"account:{account_id}", now=now)
    return row.id


def write_as_applicant(session: Session, principal: Principal, application_id: str, text: str, now: datetime) -> None:
    """Add to the thread of one's own application. Raises NotFound, InvalidInput."""
    row = get_own_row(session, principal, application_id)
    add_message(session, row, author="applicant", name="", text=text, now=now)
    record_act(session, row.id, Act.WRITTEN, actor=f"account:{row.account_id}", now=now)


def withdraw_application(session: Session, principal: Principal, application_id: str, now: datetime) -> None:
    """Take one's own application back while no grant has begun. Raises NotFound, InvalidInput."""
    row = get_own_row(session, principal, application_id)
    if row.state not in OPEN_STATES:
        raise InvalidInput("Only an application that is open can be withdrawn.", parameter="application")
    row.state = "withdrawn"
    record_act(session, row.id, Act.WITHDRAWN, actor=f"account:{row.account_id}", now=now)


def accept_agreement(session: Session, principal: Principal, application_id: str, number: int, now: datetime) -> str:
    """Accept the text in force: the grant begins with the transaction; its id.

    Raises NotFound, and InvalidInput where nothing waits for it or another text is in force by now.
    """
    row = get_own_row(session, principal, application_id)
    if row.state != "approved" or row.days is None:
        raise InvalidInput("Nothing waits for an agreement here.", parameter="application")
    if row.decided_at is None or now > row.decided_at + ACCEPTED_WITHIN:
        raise InvalidInput(
            "The approval has lapsed, because the agreement was not accepted in time; apply again.",
            parameter="application",
        )
    openness = session.scalar(select(Dataset.openness).where(Dataset.id == row.dataset_id))
    if openness != Openness.CONDITIONAL:
        raise InvalidInput("This dataset is no longer open on application.", parameter="dataset")
    agreement = find_agreement(session)
    if agreement is None or agreement.number != number:
        raise InvalidInput("The agreement has changed meanwhile: read it again and accept it.", parameter="agreement")
    row.state, row.agreement_number, row.agreed_at = "granted", number, now
    until = now + timedelta(days=row.days)
    grant = Grant(
        application_id=row.id,
        account_id=row.account_id,
        dataset_id=row.dataset_id,
        from_at=now,
        until_at=until,
        report_due_at=until + REPORTED_WITHIN,
    )
    session.add(grant)
    session.flush()
    detail = {"agreement": number, "sha256": agreement.sha256, "grant": grant.id, "until": until.isoformat()}
    record_act(session, row.id, Act.AGREED, actor=f"account:{row.account_id}", now=now, detail=detail)
    return grant.id


def report_use(
    session: Session, principal: Principal, application_id: str, *, text: str, links: str, now: datetime
) -> None:
    """Say what came of the data, during the grant or after it. Raises NotFound, InvalidInput."""
    row = get_own_row(session, principal, application_id)
    grant_id = session.scalar(select(Grant.id).where(Grant.application_id == row.id))
    if grant_id is None:
        raise InvalidInput("There is no grant to report about.", parameter="application")
    check_text(text, "report")
    addresses = [line.strip() for line in links.splitlines() if line.strip()]
    if len(links) > LONGEST_TEXT or not all(line.startswith(("https://", "http://")) for line in addresses):
        raise InvalidInput("Write one address a line, beginning with https://.", parameter="links")
    if (session.scalar(select(func.count()).where(UseReport.grant_id == grant_id)) or 0) >= MOST_REPORTS:
        raise InvalidInput(f"At most {MOST_REPORTS} reports are kept of a grant.", parameter="report")
    session.add(UseReport(grant_id=grant_id, text=text.strip(), links="\n".join(addresses), reported_at=now))
    session.flush()
    record_act(session, row.id, Act.REPORTED, actor=f"account:{row.account_id}", now=now)


def own_account(principal: Principal) -> str:
    """The account of who asks. Raises NotFound for a caller without one."""
    if principal.account_id is None:
        raise NotFound("This is for people with an account.")
    return principal.account_id


def get_own_row(session: Session, principal: Principal, application_id: str) -> Application:
    """The row to change, locked; another person's does not exist. Raises NotFound."""
    of_caller = (Application.id == application_id[:16], Application.account_id == own_account(principal))
    row = session.scalars(select(Application).where(*of_caller).with_for_update()).one_or_none()
    if row is None or "\x00" in application_id:
        raise NotFound("You have no application of that name.")
    return row


def add_message(session: Session, row: Application, *, author: str, name: str, text: str, now: datetime) -> None:
    """Add to the thread. Raises InvalidInput."""
    if not text.strip() or len(text) > LONGEST_TEXT or "\x00" in text:
        raise InvalidInput(f"Write 1 to {LONGEST_TEXT:,} characters.", parameter="message")
    count = session.scalar(select(func.count()).where(ApplicationMessage.application_id == row.id)) or 0
    if count >= MOST_MESSAGES:
        raise InvalidInput(f"A thread has at most {MOST_MESSAGES} messages.", parameter="message")
    message = ApplicationMessage(application_id=row.id, author=author, name=name, text=text.strip(), sent_at=now)
    session.add(message)
    session.flush()


def _check_open(session: Session, account_id: str, dataset_id: str) -> None:
    if session.scalar(select(Account.disabled_at.is_not(None)).where(Account.id == account_id)) is not False:
        raise NotFound("This is for people with an account.")
    open_ones = session.scalars(
        select(Application.dataset_id).where(Application.account_id == account_id, Application.state.in_(OPEN_STATES))
    ).all()
    if dataset_id in open_ones:
        raise InvalidInput("You have an open application for this dataset already.", parameter="dataset")
    if len(open_ones) >= MOST_OPEN:
        raise InvalidInput(f"At most {MOST_OPEN} applications can be open at once.", parameter="dataset")
