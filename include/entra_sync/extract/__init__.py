"""Read a tenant over Microsoft Graph and seal it as one immutable snapshot: every page, or an error."""
