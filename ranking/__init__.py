"""Matching of freelancers to tasks: pure functions over plain values. No Django, no database, no clock, no network."""
