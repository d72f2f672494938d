"""`make bench`: every ratio that the documentation quotes, each of two things run in turn in one process."""

from __future__ import annotations

from benchmarks import archive_pages, collecting, footprint, scoring, verifying

for benchmark in (collecting, scoring, footprint, archive_pages, verifying):
    benchmark.main()
