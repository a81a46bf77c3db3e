# One image for every service; docker-compose.yml says which main file runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded servers and the Node for machines without one are optional packages: not needed here.
RUN npm ci --ignore-scripts --omit=optional --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
COPY test/bench ./test/bench
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY infra/setup/help ./infra/setup/help
RUN mkdir -p /var/lib/estop && chown node:node /var/lib/estop
USER node
CMD ["node", "--enable-source-maps", "dist/apps/command-api/src/main.js"]
