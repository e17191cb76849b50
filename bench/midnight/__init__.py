"""``python -m bench.midnight``: hundreds of accounts at one midnight, through Airflow and its Celery workers."""
