"""The page "Sync history" inside Airflow: what the record of the sync says, for those who may read an account's runs.

Reads only: what changes something (run now) is asked of Airflow's own API by the browser, with the person's own rights.
What it shows is people's data: it goes to the person who asked and never into a log, a URL or a cache.
"""
