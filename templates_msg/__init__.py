"""The texts of messages as data, one file a message, and the catalogue that loads and checks them."""
