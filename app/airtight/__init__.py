"""The proof that nothing leaves: Greffe's whole life without a route, recorded below Python."""
