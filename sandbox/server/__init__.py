"""The server's side of the contract: tokens as Entra issues them, users and groups as Graph lists them."""
