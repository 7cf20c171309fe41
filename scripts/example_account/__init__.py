"""The made-up company of data/example_company, as account dumps would show it."""
