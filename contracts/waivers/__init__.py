"""Waivers: how they are read, and files of those that ship with the package."""
