"""The only place that imports Airflow: the connection type, configuration out of Connections, and the steps as tasks."""
