"""Deliberate bugs of the mock, by name: what a conformance suite has to find.

`python -m ota_bugs NAME [OPTIONS]` runs `otakit serve` with one of them.
"""
