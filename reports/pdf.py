"""HTML to PDF/UA-1 (ISO 14289-1) by the optional extra `pdf`: tagged, with title and language, fonts embedded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from domain.errors import UsageError

_PROGRAM = Path(__file__).with_name("pdf_process.py")
SECONDS = 300
"""For one document; 1,000 findings take about a minute."""


def as_pdf(html: str, python: Path = Path(sys.executable), seconds: float = SECONDS) -> bytes:
    """The page as a PDF. Raises UsageError where the extra is missing, or the document takes too long."""
    # -I: neither the working folder nor the environment says what is imported, and ours beside the program neither.
    command = [str(python), "-I", "-B", str(_PROGRAM)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=html.encode("utf-8", "replace"), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError("The PDF took too long; choose fewer findings, or CSV or JSON.") from error
    except OSError as error:
        raise UsageError(f"The PDF cannot be made: {error.strerror}.") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        # What the process complains of may repeat words of the document: it is not told.
        raise UsageError('The PDF cannot be made: install the extra "pdf" (docs/administrators.md), or take JSON.')
    return done.stdout
