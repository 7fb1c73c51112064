"""The stateful mock server: the domain model, served over HTTP as the documents say."""
