"""The set-up on one machine: embedded PostgreSQL, Airflow's environment, the sandbox tenant, and one run by hand.

All state lives under ``ENTRA_SYNC_LOCAL`` (default ``.local`` in the checkout). In production none of this runs: there
the databases, Airflow and the connections are given.
"""
