"""Makes a PDF/UA-1 of one HTML page, in a process of its own. Run by `reports.pdf`, never imported.

Takes the page on standard input and writes the PDF to standard output. Nothing is fetched: every address that the page
could name is refused.
"""

from __future__ import annotations

import logging
import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher


def main() -> int:
    """Write the PDF; nothing for an empty page, which only shows that everything is there."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    page = sys.stdin.buffer.read()
    if page:
        made = HTML(string=page.decode(), url_fetcher=_nothing()).write_pdf(
            pdf_variant="pdf/ua-1", custom_metadata=False
        )
        sys.stdout.buffer.write(made)
    return 0


def _nothing() -> URLFetcher:
    """Fetches no address, of whatever scheme; what a page names is left out of the document."""
    return URLFetcher(allowed_protocols=())


if __name__ == "__main__":
    sys.exit(main())
