"""What operators may change, as documents with versions: each is drafted, published from an instant on, and never changed."""
