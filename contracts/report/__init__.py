"""Reports: what the events of a run become, for people and programs."""
