# The watch in a container: nothing but Python, the pinned requirements and our own code, as a user without rights.
# Another base, such as a local copy: docker build --build-arg BASE=my-python:3.11 .
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
COPY requirements-shared.lock /build/
RUN python -m venv /opt/watch \
    && /opt/watch/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /build/requirements-shared.lock \
    && /opt/watch/bin/python -m pip uninstall --yes --quiet pip
COPY watcher /app/watcher
COPY notifiers /app/notifiers
RUN /opt/watch/bin/python -m compileall -q /app

FROM ${BASE}
LABEL org.opencontainers.image.title="Policy Signal Watch" \
      org.opencontainers.image.description="Watches public sources and says, with the words that prove it, when a policy signal changes." \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 watch \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin watch \
    && install --directory --owner 10001 --group 10001 --mode 0750 /data
COPY --from=build /opt/watch /opt/watch
COPY --from=build /app /app
COPY signals.toml signals.schema.json /config/
COPY signals /config/signals
ENV PATH=/opt/watch/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    WATCHER_CONFIG=/config/signals.toml \
    WATCHER_STORE_URL=sqlite:////data/watch.db \
    WATCHER_WEB_HOST=0.0.0.0
# Paths in signals.toml such as data/mailbox lie in the volume.
WORKDIR /
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=20s --interval=60s --timeout=10s --retries=3 CMD ["python", "-m", "watcher", "healthcheck"]
ENTRYPOINT ["python", "-m", "watcher"]
CMD ["run"]
