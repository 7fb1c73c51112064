"""The conformance suite: what the documents promise, tried against a running server."""
