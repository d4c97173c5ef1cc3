"""Doors to payment processors. `port` says what a door can do; the settings say which one is open."""
