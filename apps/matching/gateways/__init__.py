"""Reading of documents that people upload."""
