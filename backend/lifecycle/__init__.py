"""Two members who are one person become one; a member who leaves is closed after a time to think again."""
