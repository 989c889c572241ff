"""Gator runs AI personas on social platforms and learns from what real people do with their posts."""
