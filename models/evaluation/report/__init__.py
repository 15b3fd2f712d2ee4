"""What was measured, as a page with pictures that a browser shows without a server.

Recordings are not copied: the page plays them from where they lie, by relative links.
"""
