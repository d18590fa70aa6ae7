"""The ledger against sentences whose truth is known: `python -m evals.ledger`."""
