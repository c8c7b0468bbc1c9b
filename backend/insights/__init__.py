"""What the tables tell: statements in words and the books that finance signs. Reads everybody, moves nothing."""
