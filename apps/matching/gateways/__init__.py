"""Doors to files: tracks for `match_eval`, documents that people upload."""
