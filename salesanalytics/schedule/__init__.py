"""When reports are due, and the same as cron, systemd and Airflow read it."""
