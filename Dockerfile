# One image for every process of Sluice; the command chooses which. Built with `docker compose build`.
FROM node:24-bookworm-slim AS build
WORKDIR /sluice
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS runtime
WORKDIR /sluice
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=true
COPY --from=build /sluice/package.json /sluice/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY --from=build /sluice/dist ./dist
COPY --from=build /sluice/schema ./schema
COPY --from=build /sluice/subgraphs ./subgraphs
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SLUICE_PORT}/health/live`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS gateway
CMD ["node", "dist/sluice.js", "gateway"]

FROM runtime AS identity
CMD ["node", "dist/identity.js"]

FROM runtime AS tracking
CMD ["node", "dist/tracking.js"]

FROM runtime AS registry
CMD ["node", "dist/registry.js"]

FROM runtime AS datasets
CMD ["node", "dist/datasets.js"]
