"""Who suits which task: pure functions over plain values. No Django, no database, no clock, no network."""
