import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildApp, openDatabase, type App, type DatabaseUrls, type Overrides } from "../src/app.js";
import { loadConfig } from "../src/platform/config.js";
import { silentLog } from "../src/platform/log.js";
import { migrate } from "../src/platform/migrations.js";

/** The application as it runs, on a fresh embedded server that keeps what it acknowledges (fsync on). */
export interface BenchApp extends App {
  urls: DatabaseUrls;
}

/** Brings up such an application for one figure, and takes it away again however the figure ends. */
export async function withBenchApp<T>(
  work: (app: BenchApp) => Promise<T>,
  settings: NodeJS.ProcessEnv = {},
  overrides: Overrides = {},
): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "countersign-bench-"));
  const log = silentLog();
  const config = loadConfig({
    COUNTERSIGN_DATA_DIR: dataDir,
    COUNTERSIGN_RATE_LIMITS: "0",
    LOG_LEVEL: "silent",
    ...settings,
  });
  const database = await openDatabase(config, log);
  try {
    await migrate(database.ownerUrl, log, { appUrl: database.appUrl });
    const app = buildApp(config, database, { log, ...overrides });
    try {
      return await work(Object.assign(app, { urls: database }));
    } finally {
      await app.close();
    }
  } finally {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
