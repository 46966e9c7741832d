#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/src/cli/main.js", import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('Countersign is not built yet. Run "npm ci" (or "npm run build") first.\n');
  process.exit(1);
}
await import(main.href);
