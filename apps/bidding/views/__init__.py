"""Pages of bids, a module for each subject."""
