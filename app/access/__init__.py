"""Who may come in, and which fonds they may read."""
