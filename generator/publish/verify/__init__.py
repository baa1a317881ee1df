"""`atlas verify`: whether a built site is what it says, from its own files alone."""
