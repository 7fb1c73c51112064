"""Simulated devices within the server's process, moved on their universe's clock."""
