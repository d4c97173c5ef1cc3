"""The libraries that draw a document: CII XML, its official rules, and PDF."""
