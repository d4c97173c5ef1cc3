"""
A sandbox payment processor: a stand-alone server that implements the part of Stripe's API the marketplace needs.

It keeps balances, charges fees, stores idempotency keys with their parameters, shows a hosted checkout page, pays out
with a delay, sends signed webhooks and repeats them until they are accepted, and simulates failures on demand.
Everything is in one SQLite file, so it survives being killed. For the demo, development and tests; it moves no real
money.
"""
