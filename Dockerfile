# The tests' Python; any from 3.11 to 3.14 works.
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /venv
COPY requirements-torch.lock requirements.lock ./
# Headers, build tools, test suites and notebook extensions are a fifth of the packages' size, and
# the app uses none of them; nor does it use pip.
RUN /venv/bin/pip install --require-hashes --no-deps \
      ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement requirements-torch.lock \
 && /venv/bin/pip install --require-hashes --requirement requirements.lock \
 && find /venv/lib -path '*/torch/bin/*' -type f ! -name torch_shm_manager -delete \
 && find /venv/lib -type d \( -path '*/torch/include' -o -path '*/torch/test' -o -name tests \
      -o -path '*/plotly/labextension' \) \
      -prune -exec rm -rf {} + \
 && rm -rf /venv/share/jupyter \
 && /venv/bin/python -m pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin descent
WORKDIR /srv
COPY --from=build /venv /venv
COPY gunicorn.conf.py ./
COPY assets assets
COPY app app
COPY components components
COPY callbacks callbacks
COPY lessons lessons
# OMP: at these sizes torch with two threads per process is up to ten times slower.
# MALLOC: one memory arena per thread would accumulate freed memory; large arrays outside the arenas
# return theirs to the system. That costs a tenth more CPU and saves a tenth of the memory.
# TMPDIR: torch needs a temporary folder, and a read-only container may have no other.
ENV PATH=/venv/bin:$PATH \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    MALLOC_TRIM_THRESHOLD_=16777216 \
    PORT=8050 \
    TMPDIR=/dev/shm \
    OMP_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# The page's files are compressed here, as well as it can be done. The base image's own modules come
# without bytecode: what this, the server and the health check import is compiled here, once.
RUN PYTHONDONTWRITEBYTECODE="" python -c "import urllib.request, gunicorn.app.wsgiapp, gunicorn.workers.gthread, app.server" \
 && PYTHONDONTWRITEBYTECODE="" python -m app.web.static_files
USER 10001
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
CMD ["python", "gunicorn.conf.py"]
