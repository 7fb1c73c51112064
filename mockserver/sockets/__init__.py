"""Websockets: devices' connections, and what users and files pass over them."""
