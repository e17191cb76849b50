"""What a person configures: account files, connections, the environment."""
