"""Stories: what happens between users, devices and a server, told through public API alone.

Each makes real state and comes upon the statuses that the documents name; a `Stage` writes down
which ones, and checks every answer against the document.
"""
