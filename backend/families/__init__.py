"""Families: members who may pass points to one another, where the house allows it."""
