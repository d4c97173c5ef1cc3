"""
A payment processor of its own: a stand-alone server that speaks the part of Stripe's API the marketplace needs.

It keeps balances, takes fees, remembers idempotency keys with their parameters, shows a hosted checkout page, pays out
with a delay, sends signed webhooks and repeats them until they are taken, and fails on demand. Everything is in one
SQLite file, so it survives being killed. For the demo, development and tests; it moves no real money.
"""
