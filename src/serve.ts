import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { buildApp, openDatabase, type App } from "./app.js";
import { addStaff, listColleagues, signInLinkFor } from "./domain/team/service.js";
import { linkAddress } from "./domain/links/service.js";
import { seedDemo } from "./demo/seed.js";
import { SECOND } from "./platform/clock.js";
import type { Config } from "./platform/config.js";
import { checkServer } from "./platform/db.js";
import { migrate, pendingMigrations } from "./platform/migrations.js";
import { createLog } from "./platform/log.js";
import { createWeb } from "./web/main.js";
import { openChangeFeed } from "./web/change-feed.js";
import { keepPublicPages } from "./web/page-cache.js";
import { startWorker } from "./worker/main.js";

/** Which parts of the system run in this process. */
export interface Parts {
  web: boolean;
  worker: boolean;
  /** Bring the schema up to date first; otherwise an older schema stops the start. */
  migrate: boolean;
}

/** A running system. */
export interface Running {
  app: App;
  /** Where the web door listens; unset without it. */
  address: string | undefined;
  /** Takes no new work, lets what is under way end, then lets go of everything. */
  stop(): Promise<void>;
}

/** The start was refused; the message says what to do. */
export class StartError extends Error {
  override name = "StartError";
}

const SYSTEM = { kind: "system", name: "start" } as const;
const FIRST_ADMIN = "admin@countersign.example";

/** Starts the parts of the system in this process. Throws StartError with a sentence when it can't. */
export async function start(config: Config, parts: Parts): Promise<Running> {
  const log = createLog(config.logLevel);
  const database = await openDatabase(config, log);
  const app = buildApp(config, database, { log });
  const stops: (() => Promise<void>)[] = [() => app.close(), () => database.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0)) await each();
  };
  try {
    await checkServer(app.db, { unsafe: config.unsafeTestDb });
    if (parts.migrate) await migrate(database.ownerUrl, log, { appUrl: database.appUrl });
    else await refuseOldSchema(app);
    if (config.demo) await seedDemo(app);
    if (parts.worker) stops.unshift(workerStop(app));
    const address = parts.web ? await listen(app, stops, database.directUrl ?? database.appUrl) : undefined;
    return { app, address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function workerStop(app: App): () => Promise<void> {
  const worker = startWorker(app);
  return () => worker.stop();
}

async function refuseOldSchema(app: App): Promise<void> {
  const missing = await pendingMigrations(app.db);
  if (missing.length > 0) {
    throw new StartError(`The database is older than this program. Run "npx countersign migrate" first.`);
  }
}

async function listen(app: App, stops: (() => Promise<void>)[], directUrl: string): Promise<string> {
  const { host, port, publicUrl } = app.config;
  const feed = openChangeFeed(directUrl, app.log);
  stops.unshift(() => feed.close());
  const limits = { requestTimeout: 30 * SECOND, headersTimeout: 10 * SECOND };
  const web = createWeb(app);
  // Kept pages are answered ahead of the web door, where nobody has been asked for the site's password yet.
  const door = app.config.sitePassword === undefined ? keepPublicPages(app, web, { feed }) : web;
  const server = createServer(limits, door);
  server.keepAliveTimeout = 5 * SECOND;
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new StartError(`Port ${port} on ${host} is taken. Set PORT to a free one, or stop what uses it.`);
    }
    throw error;
  }
  stops.unshift(() => closeServer(server));
  return publicUrl;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const impatient = setTimeout(() => server.closeAllConnections(), 8 * SECOND);
  await closed;
  clearTimeout(impatient);
}

/** A one-time sign-in link for the first administrator, who is made when there is none yet. */
export async function firstSignInAddress(app: App): Promise<string> {
  const ctx = app.ctx(SYSTEM);
  const staff = await listColleagues(ctx);
  const admin = staff
    .filter(({ active, role }) => active && role === "admin")
    .sort((one, other) => one.created_at.getTime() - other.created_at.getTime())[0];
  const known = admin && (await signInLinkFor(ctx, { email: admin.email }));
  if (known) return linkAddress(ctx, known.link);
  return (await addStaff(ctx, { email: FIRST_ADMIN, name: "Administrator", role: "admin" })).signInAddress;
}
