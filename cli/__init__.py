"""The command line: one module per command, found in `main`, imported when it is called."""
