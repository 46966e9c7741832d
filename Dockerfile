# Built from Debian's Node image; the second stage holds only what runs.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts && rm -rf dist/tests dist/bench

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 COUNTERSIGN_DATA_DIR=/var/lib/countersign
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/migrations ./migrations
COPY --from=build /app/templates ./templates
COPY --from=build /app/data ./data
RUN mkdir -p /var/lib/countersign && chown node:node /var/lib/countersign
USER node
VOLUME /var/lib/countersign
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/countersign.js"]
CMD ["serve"]
