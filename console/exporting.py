"""Makes an export and tells the audit log of it, for the console and the command line alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.audit import AuditRecord
from domain.errors import UsageError
from domain.exports import ExportFilter, ExportFormat, Ground, Made
from reports.export_csv import as_csv
from reports.export_json import CASE, FINDINGS, PERSONNEL, as_json
from reports.export_pdf import case_page, findings_page, personnel_page
from reports.pdf import as_pdf

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from store.engine import Store

PURPOSE = (
    "Made to show how the practice handles findings under section 7 of its social media policy. It ranks nobody and "
    "counts nothing by person. It may not be used for appraisal, hiring, rostering or union matters."
)
PERSONNEL_PURPOSE = (
    "Made for the person it is about, who may see, copy and correct it (820 ILCS 40/2 and 40/6, MCL 423.503 and "
    "423.505, Cal. Labor Code 1198.5). It is kept with the personnel record and may not be used for appraisal, hiring, "
    "rostering or union matters."
)
_MEDIA = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Exporter:
    """One person's exports at one moment. `actor` is as in the audit log; `ground` None keeps client detail masked.

    Who may export, and who may have it unmasked, is the caller's to ask before.
    """

    store: Store
    practice: str
    actor: str
    now: datetime
    ground: Ground | None = None
    hidden_staff: Collection[int] = ()
    wanted_by: str = ""
    """For whom the command line asks, as in the audit log; "" for the actor itself."""

    def findings(self, chosen: ExportFilter, form: ExportFormat) -> Made:
        """Findings and decisions by filter. Raises UsageError where a PDF cannot be made."""
        found = self.store.exports.findings(
            chosen, self.now, unmasked=self.ground is not None, hidden_staff=self.hidden_staff
        )
        details = chosen.as_details()
        if form is ExportFormat.CSV:
            content = as_csv(PURPOSE, found)
        elif form is ExportFormat.JSON:
            content = as_json(
                FINDINGS, self._head(PURPOSE), {"filter": details, "count": len(found), "findings": found}
            )
        else:
            shown = tuple((f"Filter: {name}", str(value)) for name, value in details.items())
            page = findings_page("Findings and decisions", PURPOSE, (*self._lines(), *shown), found)
            content = as_pdf(page)
        return self._told("findings", form, content, len(found), filter=details)

    def case(self, review_id: int, form: ExportFormat) -> Made:
        """One case as a whole. Raises UsageError for a review that is not there, and for CSV."""
        _not_csv(form)
        file = self.store.exports.case(review_id, self.now, unmasked=self.ground is not None)
        if file.review.staff_id in self.hidden_staff:
            raise UsageError(f"There is no review {review_id}.")
        if form is ExportFormat.JSON:
            content = as_json(CASE, self._head(PURPOSE), {"case": file})
        else:
            content = as_pdf(case_page(f"Case {review_id}", PURPOSE, self._lines(), file))
        return self._told("case", form, content, 1, subject=f"review:{review_id}")

    def personnel(self, staff_id: int, form: ExportFormat) -> Made:
        """All about one member of staff, for that person. Raises UsageError when there is none, and for CSV."""
        _not_csv(form)
        file = self.store.exports.personnel(staff_id, self.now, unmasked=self.ground is not None)
        if form is ExportFormat.JSON:
            content = as_json(PERSONNEL, self._head(PERSONNEL_PURPOSE), {"record": file})
        else:
            lines = (("About", file.staff.name), *self._lines())
            content = as_pdf(personnel_page("Record of findings", PERSONNEL_PURPOSE, lines, file))
        count = len(file.cases) + len(file.unreviewed)
        return self._told("personnel", form, content, count, subject=f"staff:{staff_id}")

    def _head(self, purpose: str) -> dict[str, Any]:
        return {
            "practice": self.practice,
            "made_at": self.now,
            "purpose": purpose,
            "masked": self.ground is None,
            "ground": self.ground,
            "audit_head": self._audit_head(),
        }

    def _lines(self) -> tuple[tuple[str, str], ...]:
        mask = "masked" if self.ground is None else f"shown, ground: {self.ground}"
        return (
            ("Practice", self.practice),
            ("Made", self.now.strftime("%Y-%m-%d %H:%M UTC")),
            ("Client detail", mask),
            ("Head of the audit log", self._audit_head()),
        )

    def _audit_head(self) -> str:
        newest = self.store.audit.newest()
        return f"{newest.seq}:{newest.hash}" if newest else "empty"

    def _told(
        self, kind: str, form: ExportFormat, content: bytes, count: int, *, subject: str = "", **more: Any
    ) -> Made:
        digest = hashlib.sha256(content).hexdigest()
        details = {
            "kind": kind,
            "format": form.value,
            "count": count,
            "sha256": digest,
            "masked": self.ground is None,
            "ground": self.ground.value if self.ground else None,
            **({"for": self.wanted_by} if self.wanted_by else {}),
            **more,
        }
        self.store.audit.record(AuditRecord(self.now, self.actor, "export.made", subject, details))
        name = f"section7-{kind}-{self.now:%Y%m%d-%H%M%S}.{form.value}"
        return Made(content, _MEDIA[form], name, count, digest, details)


def _not_csv(form: ExportFormat) -> None:
    if form is ExportFormat.CSV:
        raise UsageError("CSV holds lists alone; take JSON or PDF.")
