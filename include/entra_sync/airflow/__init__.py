"""The only place that imports Airflow: the connection type, what Connections say, and the steps as tasks."""
