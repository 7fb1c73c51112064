"""The OpenAPI files of the APIs that otakit serves and checks, and the catalogue of them."""
