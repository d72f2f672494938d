"""The pages that become PDFs. Pure: the same values give the same page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.environment import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.exports import CaseFile, ExportedFinding, PersonnelFile

Head = tuple[tuple[str, str], ...]
"""(name, value) lines on what the document is."""


def findings_page(title: str, purpose: str, head: Head, findings: Sequence[ExportedFinding]) -> str:
    """Findings and decisions, one after the other."""
    return render("export/findings.html.j2", title=title, purpose=purpose, head=head, findings=findings)


def case_page(title: str, purpose: str, head: Head, file: CaseFile) -> str:
    """One case, whole."""
    return render("export/case.html.j2", title=title, purpose=purpose, head=head, file=file)


def personnel_page(title: str, purpose: str, head: Head, file: PersonnelFile) -> str:
    """All about one member of staff, for that person."""
    return render("export/personnel.html.j2", title=title, purpose=purpose, head=head, file=file)
