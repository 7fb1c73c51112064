"""A universe as one JSON document, and back: the shapes of its state, taken from annotations."""
