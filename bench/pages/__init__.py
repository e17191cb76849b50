"""How long each page of *Sync history* takes on a long history, beside plain SQL of the same rows."""
