# One image for every process of Euryale; compose chooses the command.
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN uv venv /opt/venv && VIRTUAL_ENV=/opt/venv uv pip sync --require-hashes requirements.lock
COPY activities activities
COPY api api
COPY commerce commerce
COPY durable durable
COPY euryale euryale
COPY kit kit
COPY migrations migrations
COPY operations operations
COPY providers providers
COPY queries queries
COPY workflows workflows
COPY worker.py worker.py
RUN VIRTUAL_ENV=/opt/venv uv pip install --no-deps --no-cache .

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 euryale && install --directory --owner=euryale /home/euryale/files
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
USER euryale
WORKDIR /home/euryale
EXPOSE 9000
CMD ["euryale", "api"]
