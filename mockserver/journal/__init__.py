"""The journal of a universe: what was asked of it, how that is searched, shown and exported."""
