# Two images from one file: `--target simulator` is the stand-in cloud, the last stage the product.

FROM node:24-bookworm-slim AS front-end
WORKDIR /build
COPY .npmrc package.json package-lock.json tsconfig.json ./
RUN npm ci
COPY static ./static
RUN npm run build

FROM python:3.11-slim-bookworm AS python
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin app
WORKDIR /app

FROM python AS simulator
COPY requirements/simulator.txt requirements/
RUN pip install --require-hashes -r requirements/simulator.txt
COPY simulator ./simulator
USER app
EXPOSE 8900
CMD ["python", "-m", "simulator", "--host", "0.0.0.0", "--port", "8900"]

FROM python AS product
COPY requirements/runtime.txt requirements/
RUN pip install --require-hashes -r requirements/runtime.txt
COPY manage.py ./
COPY liveavatar ./liveavatar
COPY liveavatar_web ./liveavatar_web
COPY accounts ./accounts
COPY sessions_app ./sessions_app
COPY templates ./templates
COPY --from=front-end /build/static/dist ./static/dist
RUN python manage.py collectstatic --no-input
# A volume takes its owner from here.
RUN install --directory --owner=app --group=app /audit-seals
USER app
EXPOSE 8000
CMD ["uvicorn", "liveavatar_web.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--no-access-log", "--no-proxy-headers", "--timeout-graceful-shutdown", "5"]
