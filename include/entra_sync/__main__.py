"""``python -m entra_sync``: the same as the console script ``entra-sync``."""

import sys

from entra_sync.cli import main

if __name__ == "__main__":
    sys.exit(main())
