# Two stages: the first builds a virtual environment from the hashed lock, the second only runs it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN pip install --no-cache-dir uv
COPY requirements/runtime.lock requirements/runtime.lock
RUN uv venv /app && uv pip install --python /app/bin/python --require-hashes -r requirements/runtime.lock
COPY . .
RUN uv pip install --python /app/bin/python --no-deps .

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-rus tesseract-ocr-deu \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 assistant \
    && install -d -o assistant -g assistant /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 ASSISTANT_UPLOAD_DIR=/data/uploads
USER assistant
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["sh", "-c", "assistant db upgrade && exec assistant serve --host 0.0.0.0 --port 8000"]
