# The register in a container. The same lock files, build and server command as scripts/serve; tests/local compares them.

# Styles and scripts
FROM node:22-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --include=dev
COPY web ./
RUN npm run build

# Python packages, each checked against its hash
FROM python:3.11-slim-bookworm AS packages
COPY requirements/service.txt /build/service.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes --no-deps --only-binary=:all: -r /build/service.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin safeplaces
WORKDIR /srv/safeplaces
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv/safeplaces \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
COPY --from=packages /opt/venv /opt/venv
COPY alembic.ini ./
COPY migrations ./migrations
COPY data ./data
COPY geo ./geo
COPY web ./web
COPY app ./app
COPY --from=web /build/web/static/build ./web/static/build
USER 10001
EXPOSE 8000
# Ready, not only alive: the database, its tables and its data are there.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=8)"]
# No access log: query strings hold postcodes, which are never written down.
CMD ["python", "-m", "uvicorn", "--factory", "app.main:create_app", "--no-access-log", "--no-proxy-headers", "--host=0.0.0.0", "--port=8000", "--log-level=warning"]
