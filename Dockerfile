# `otakit serve` in a container:
#
#   docker build -t otakit .
#   docker run --rm -p 127.0.0.1:8080:8080 -e OTAKIT_SERVE_CONTROL_TOKEN="$(openssl rand -hex 16)" otakit --demo
#
# Inside it has to listen on all addresses to be reached at all, and so it asks for a control token: whoever gets to
# the port could otherwise reset and read everything. `-p 127.0.0.1:8080:8080` keeps the port to your machine; where
# others get to it, choose a password as well, with -e OTAKIT_SERVE_PASSWORD=...

FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python3 -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
RUN python3 -m venv /opt/otakit
RUN /opt/otakit/bin/pip install --no-cache-dir /wheels/otakit-*.whl

FROM python:3.13-slim
COPY --from=build /opt/otakit /opt/otakit
RUN useradd --system --no-create-home --shell /usr/sbin/nologin otakit
USER otakit
ENV PATH=/opt/otakit/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OTAKIT_SERVE_HOST=0.0.0.0
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/otakit/v1/health')"]
ENTRYPOINT ["otakit", "serve"]
