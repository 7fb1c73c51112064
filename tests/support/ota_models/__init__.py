"""Models that state machines compare a World with, written from the documents' words alone."""
