# The image of every part of Airflow in production: the official image of the locked version, and in an environment of its
# own exactly what deploy/requirements.txt locks. docs/deploy.md says how it is built and used.
FROM apache/airflow:slim-3.3.2-python3.12

# pip compiles to bytecode as it installs: a process that had to compile Airflow would take seconds longer to start.
ENV PATH=/opt/airflow/venv/bin:$PATH \
    PIP_USER=false \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/opt/airflow \
    ENTRA_SYNC_ACCOUNTS=/opt/airflow/accounts \
    ENTRA_SYNC_STORE=/opt/airflow/store \
    GX_ANALYTICS_ENABLED=false \
    SCARF_ANALYTICS=false

COPY --chown=airflow:root deploy/requirements.txt /tmp/requirements.txt
RUN python3 -m venv /opt/airflow/venv \
    # The lock is complete. Resolving again, pip refuses celery[redis] for a line that says celery.
    && /opt/airflow/venv/bin/pip install --no-deps --require-hashes -r /tmp/requirements.txt \
    && /opt/airflow/venv/bin/pip check

COPY --chown=airflow:root pyproject.toml README.md /tmp/package/
COPY --chown=airflow:root include /tmp/package/include
RUN /opt/airflow/venv/bin/pip install --no-deps --no-build-isolation /tmp/package \
    && rm -rf /tmp/package /tmp/requirements.txt \
    # Airflow would write its default configuration, which a read-only file system forbids; the environment says everything.
    && touch /opt/airflow/airflow.cfg \
    && mkdir -p /opt/airflow/accounts /opt/airflow/store /opt/airflow/sandbox-state \
    && chmod 0700 /opt/airflow/store /opt/airflow/sandbox-state

COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
COPY --chown=airflow:root sandbox /opt/airflow/sandbox
COPY --chown=airflow:root deploy/webserver_config.py /opt/airflow/webserver_config.py
COPY --chown=airflow:root deploy/init /opt/airflow/init

USER 50000:0
