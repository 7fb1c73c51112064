"""The pure model of an OTA update backend: no HTTP, no files, no wall clock."""
