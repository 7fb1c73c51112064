"""What tests of several folders share: how to reach a server, and a device that signs."""
