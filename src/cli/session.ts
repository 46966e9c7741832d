import { setTimeout as pause } from "node:timers/promises";
import { buildApp, openDatabase, type App, type OpenDatabase } from "../app.js";
import { SECOND } from "../platform/clock.js";
import { loadConfig, type Config } from "../platform/config.js";
import type { Ctx } from "../platform/context.js";
import { findEmbeddedPostgres } from "../platform/embedded-postgres.js";
import { createLog, type Log } from "../platform/log.js";
import { migrate, pendingMigrations } from "../platform/migrations.js";
import { CommandError } from "./command.js";

/** Who the command line acts as: whoever can run it owns the machine. */
export const COMMAND_LINE = { kind: "system", name: "command line" } as const;

/**
 * Runs a command on the running system's database, embedded or not, beside it; an embedded one that does not run is started for the
 * command and stopped after it. Throws CommandError when the schema is older than this program.
 */
export async function withApp<T>(work: (app: App, ctx: Ctx) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const log = quietLog(config);
  const joined =
    config.databaseUrl !== undefined || (await findEmbeddedPostgres(config.dataDir)) !== undefined;
  const database = await joinDatabase(config, log);
  let app: App | undefined;
  try {
    if (!joined) await migrate(database.ownerUrl, log, { appUrl: database.appUrl });
    app = buildApp(config, database, { log });
    const missing = await pendingMigrations(app.db);
    if (missing.length > 0) {
      throw new CommandError('The database is older than this program. Run "npx countersign migrate" first.');
    }
    return await work(app, app.ctx(COMMAND_LINE));
  } finally {
    await app?.close();
    await database.stop();
  }
}

/** The database of the settings; one that another process is just bringing up is waited for. */
export async function joinDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const patience = 5;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openDatabase(config, log);
    } catch (error) {
      const running = config.databaseUrl === undefined && (await findEmbeddedPostgres(config.dataDir));
      if (running) return { ...running, stop: async () => {} };
      if (attempt === patience || !/already uses/.test(String(error))) throw error;
      await pause(SECOND);
    }
  }
}

/** One-shot commands tell people in sentences; their log holds only what somebody must look at. */
export function quietLog(config: Config): Log {
  return createLog(config.logLevel === "info" ? "warn" : config.logLevel);
}
