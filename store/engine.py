"""The store: everything Section7 remembers, one attribute a noun.

Dataclasses go in and come out; rows and SQL stay inside this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from domain.errors import SchemaTooNew, SchemaTooOld
from store.accounts import AccountStore
from store.attempts import AttemptStore
from store.audit import AuditStore
from store.concerns import ConcernStore
from store.credentials import CredentialStore
from store.dangers import DangerStore
from store.database import Database, open_database
from store.deliveries import DeliveryStore
from store.digests import DigestStore
from store.erasure_requests import ErasureStore
from store.exports import ExportStore
from store.findings import FindingStore
from store.heads import HeadStore
from store.holds import HoldStore
from store.hosts import HostStore
from store.identities import IdentityStore
from store.incidents import IncidentStore
from store.judgements import JudgementStore
from store.leases import LeaseStore
from store.opinions import OpinionStore
from store.posts import PostStore
from store.record import RecordStore
from store.retention import RetentionStore
from store.reviews import ReviewStore
from store.runs import RunStore
from store.sealing import SealingStore
from store.search import SearchStore
from store.sessions import SessionStore
from store.signals import SignalStore
from store.staff import StaffStore
from store.stops import StopStore
from store.users import UserStore
from store.withheld import TermsStore

if TYPE_CHECKING:
    from vault.keyring import Keyring

REVISION = "0009"
"""The schema this program works with; `tests/migrations` holds it equal to the newest migration."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. Methods raise StoreError when the database fails; each is a transaction of its own."""

    database: Database
    staff: StaffStore
    accounts: AccountStore
    posts: PostStore
    findings: FindingStore
    opinions: OpinionStore
    judgements: JudgementStore
    runs: RunStore
    digests: DigestStore
    deliveries: DeliveryStore
    leases: LeaseStore
    dangers: DangerStore
    signals: SignalStore
    retention: RetentionStore
    terms: TermsStore
    audit: AuditStore
    heads: HeadStore
    record: RecordStore
    sealing: SealingStore
    holds: HoldStore
    hosts: HostStore
    erasure: ErasureStore
    exports: ExportStore
    users: UserStore
    sessions: SessionStore
    credentials: CredentialStore
    identities: IdentityStore
    attempts: AttemptStore
    stops: StopStore
    concerns: ConcernStore
    search: SearchStore
    reviews: ReviewStore
    incidents: IncidentStore

    def check_schema(self) -> None:
        """Raises SchemaTooOld or SchemaTooNew, with what to do, unless the database fits this program."""
        with self.database.reading() as connection:
            found = None
            if inspect(connection).has_table("alembic_version"):
                found = connection.execute(text("SELECT max(version_num) FROM alembic_version")).scalar()
        if found is None or found < REVISION:
            raise SchemaTooOld(
                f"The database is at schema {found or 'none'}, this program needs {REVISION}. Run `section7 init`."
            )
        if found > REVISION:
            raise SchemaTooNew(
                f"The database is at schema {found}, this program knows {REVISION}. Install a newer Section7."
            )

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        self.database.close()


def open_store(url: str, keyring: Keyring | None = None) -> Store:
    """The store at `url` (sqlite:///path or postgresql://…), reached once to be sure.

    Raises StoreError in plain words when it cannot be reached; the password never appears in a message. Says nothing
    about the schema: call `check_schema`. Without `keyring`, sealed words can be neither read nor written.
    """
    return store_on(open_database(url, keyring))


def store_on(database: Database) -> Store:
    """The store on an open database."""
    return Store(
        database=database,
        staff=StaffStore(database),
        accounts=AccountStore(database),
        posts=PostStore(database),
        findings=FindingStore(database),
        opinions=OpinionStore(database),
        judgements=JudgementStore(database),
        runs=RunStore(database),
        digests=DigestStore(database),
        deliveries=DeliveryStore(database),
        leases=LeaseStore(database),
        dangers=DangerStore(database),
        signals=SignalStore(database),
        retention=RetentionStore(database),
        terms=TermsStore(database),
        audit=AuditStore(database),
        heads=HeadStore(database),
        record=RecordStore(database),
        sealing=SealingStore(database),
        holds=HoldStore(database),
        hosts=HostStore(database),
        erasure=ErasureStore(database),
        exports=ExportStore(database),
        users=UserStore(database),
        sessions=SessionStore(database),
        credentials=CredentialStore(database),
        identities=IdentityStore(database),
        attempts=AttemptStore(database),
        search=SearchStore(database),
        reviews=ReviewStore(database),
        incidents=IncidentStore(database),
        stops=StopStore(database),
        concerns=ConcernStore(database),
    )
