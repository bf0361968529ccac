# The service in a container: the engine is built in the first stage, the second has no compiler.
#   docker build -t heliosdb . && docker run -p 127.0.0.1:4321:4321 -v heliosdb:/data heliosdb
FROM rust:1.95-bookworm AS build
COPY --from=node:24-bookworm /usr/local /usr/local
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run -s engine && npm run -s build && npm prune --omit=dev

FROM node:24-bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data heliosdb \
  && install -d -o heliosdb -g heliosdb -m 0700 /data
WORKDIR /opt/heliosdb
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY --from=build /build/runtime/extension/build/heliosdb.duckdb_extension engine/
ENV NODE_ENV=production HELIOSDB_HOME=/data HELIOSDB_CACHE_DIR=/data/cache \
  HELIOSDB_ENGINE=/opt/heliosdb/engine/heliosdb.duckdb_extension
USER heliosdb
VOLUME /data
EXPOSE 4321
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:4321/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Outside its container the service is not on this machine alone, so it asks for tokens.
ENTRYPOINT ["node", "dist/cli/main.js", "serve", "--host", "0.0.0.0"]
