"""What a client needs to talk to `otakit serve`."""

import ssl

EMAIL, PASSWORD = "admin@example.com", "otakit-password"
LOGIN = (EMAIL, PASSWORD)
"""The first user, unless the server is started with another."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: httpx loads all authorities for each client else, slower than a short test."""
