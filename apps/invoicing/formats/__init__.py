"""Libraries that produce documents: CII XML, its official rules, and PDF."""
