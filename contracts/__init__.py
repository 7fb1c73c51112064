"""The conformance suite: not written yet, so nothing here checks a server.

The folder is reserved for it; `otakit check` and the pytest plugin will come with it.
"""
