"""The sandbox tenant: a made-up company behind an HTTPS server that speaks Entra's and Microsoft Graph's contract.

For people who want to try the product without a directory, and for tests. ``python -m sandbox --help``.
"""
