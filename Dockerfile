# syntax=docker/dockerfile:1
# Two stages: one that installs Python packages, and one that only has them.

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/sonant
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
RUN /opt/sonant/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN /opt/sonant/bin/pip install --no-deps --no-build-isolation . \
    && /opt/sonant/bin/pip uninstall --yes pip hatchling editables

FROM python:3.13-slim-bookworm
# Of packages.apt, what the engines need.
COPY packages.apt /tmp/packages.apt
# hadolint ignore=SC2046
RUN apt-get update \
    && apt-get install --yes --no-install-recommends $(awk '$1 == "engine" { print $2 }' /tmp/packages.apt) \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.apt \
    && useradd --system --uid 10001 --create-home sonant \
    && install --directory --owner sonant --group sonant --mode 0700 /data
COPY --from=build /opt/sonant /opt/sonant
ENV PATH=/opt/sonant/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SONANT_HOST=0.0.0.0 \
    SONANT_PORT=7662 \
    SONANT_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 7662
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['SONANT_PORT'] + '/health', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["sonant"]
CMD ["serve"]
