"""Put the sandbox tenant's connection into connections.json for the accounts named. Standard library only.

docker compose exec -T sandbox cat sandbox-state/server.json | python3 deploy/compose/connect_sandbox.py contoso
"""

import json
import sys
from pathlib import Path


def main(accounts: list[str]) -> None:
    """Read the tenant's server.json from standard input; ``--file`` first names another connections.json."""
    path = Path(__file__).with_name("secrets") / "connections.json"
    if accounts[:1] == ["--file"]:
        path, accounts = Path(accounts[1]), accounts[2:]
    if not accounts:
        sys.exit("Name at least one account: connect_sandbox.py contoso")
    connection = json.load(sys.stdin)["connection"]
    found = json.loads(path.read_text(encoding="utf-8"))
    found |= {f"entra_{account}": connection for account in accounts}
    # Into the same file: containers hold the file, not its name.
    path.chmod(0o644)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o444)
    print(f"{', '.join(accounts)}: connected to the sandbox tenant.")


if __name__ == "__main__":
    main(sys.argv[1:])
