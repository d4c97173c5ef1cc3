"""Documents that people upload."""
