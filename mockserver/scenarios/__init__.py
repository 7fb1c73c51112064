"""Scenarios put into universes: the world of a file, with its past and its simulated future."""
