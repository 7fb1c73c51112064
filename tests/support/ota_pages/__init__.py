"""The pages of the documentation, done as a reader does them: from top to bottom.

`blocks` finds the fenced blocks of a page (Sybil parses them), `reader` says what is done with a
block of each language, `shell` is the terminal in which commands are typed, `expected` compares
what they print with what the page shows.
"""
