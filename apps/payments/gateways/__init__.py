"""Gateways to payment processors. `port` says what a gateway can do; the settings say which one is open."""
