# Built once with the tools, run without them.
FROM python:3.12-slim AS build

RUN pip install --no-cache-dir --root-user-action=ignore uv
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/atlas
WORKDIR /build

# the dependencies first: this layer stays as long as no pin changes
COPY requirements.lock ./
RUN uv venv "$VIRTUAL_ENV" \
 && uv pip install --no-cache --compile-bytecode --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY engine ./engine
COPY skills ./skills
COPY connectors ./connectors
COPY examples ./examples
# opsdroid does not start where one requirement is not met, so the build must not pass either
RUN uv pip install --no-cache --compile-bytecode --no-deps . \
 && uv pip check


FROM python:3.12-slim

# the names of diagrams: Pillow's own font has little but ASCII
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*

# opsdroid writes into its HOME; /data and /tmp are the only places that must be writable
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin atlas
COPY --from=build /opt/atlas /opt/atlas
COPY docker/configuration.yaml /app/configuration.yaml

ENV PATH=/opt/atlas/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    XDG_DATA_HOME=/data \
    ATLAS_DATA_DIR=/data
WORKDIR /data
VOLUME /data
USER atlas
EXPOSE 8080

HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]

CMD ["atlas", "start", "-c", "/app/configuration.yaml"]
