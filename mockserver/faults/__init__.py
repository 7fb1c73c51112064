"""What goes wrong on purpose: which requests a fault strikes, and what it does to them."""
