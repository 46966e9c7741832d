/** The one PostgreSQL server of a test run, and the template database in it. */
import { mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { createDatabase, createRoles, separateRoles, withClient } from "../../src/platform/database-roles.js";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.js";
import { silentLog } from "../../src/platform/log.js";
import { migrate } from "../../src/platform/migrations.js";
import { processStart } from "../../src/platform/process-lock.js";

/** What workers have to know to make databases of their own. */
export interface TestServer {
  adminUrl: string;
  owner: { name: string; password: string };
  app: { name: string; password: string };
  template: string;
}

const PREFIX = "countersign-tests-";
const ROOM_BYTES = 3_000_000_000;

/** Brings up a server (or takes TEST_DATABASE_URL, a superuser's address) with a migrated template database. */
export async function startTestServer(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const place = await roomForServer();
  for (const folder of new Set([tmpdir(), place])) await sweep(folder);
  const given = process.env["TEST_DATABASE_URL"];
  const dataDir =
    given === undefined ? await mkdtemp(path.join(place, `${PREFIX}${process.pid}-`)) : undefined;
  const embedded =
    dataDir === undefined
      ? undefined
      : await startEmbeddedPostgres({ dataDir, log: silentLog(), fsync: false });
  const run = `${process.pid}_${randomBytes(3).toString("hex")}`;
  const server: TestServer = {
    adminUrl: embedded?.adminUrl ?? given ?? "",
    owner: { name: `test_owner_${run}`, password: randomBytes(12).toString("hex") },
    app: { name: `test_app_${run}`, password: randomBytes(12).toString("hex") },
    template: `test_template_${run}`,
  };
  const stop = async () => {
    if (embedded === undefined) await dropAll(server);
    await embedded?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await makeTemplate(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { server, stop };
}

/** The address of a database on the test server for one of its roles. */
export function databaseUrl(server: TestServer, role: "admin" | "owner" | "app", database: string): string {
  const url = new URL(server.adminUrl);
  url.pathname = database;
  if (role !== "admin") {
    url.username = server[role].name;
    url.password = server[role].password;
  }
  return url.href;
}

async function makeTemplate(server: TestServer): Promise<void> {
  const { owner, app, template } = server;
  await withClient(server.adminUrl, async (admin) => {
    await createRoles(admin, [owner, app]);
    await createDatabase(admin, template, owner.name);
  });
  await withClient(databaseUrl(server, "admin", template), (admin) =>
    separateRoles(admin, owner.name, app.name),
  );
  await migrate(databaseUrl(server, "owner", template), silentLog(), {
    appUrl: databaseUrl(server, "app", template),
  });
}

/** On a server that is not ours nothing is left behind. */
async function dropAll(server: TestServer): Promise<void> {
  await withClient(server.adminUrl, async (admin) => {
    const found = await admin.query<{ name: string }>(
      "select datname as name from pg_database where datname = $1 or starts_with(datname, $2)",
      [server.template, `${server.template}_`],
    );
    for (const { name } of found.rows) await admin.query(`drop database if exists "${name}" with (force)`);
    await admin.query(`drop role if exists "${server.app.name}"`);
    await admin.query(`drop role if exists "${server.owner.name}"`);
  });
}

/** In memory where there is room for it: a clone of the template then takes 50 ms, on a disk up to 500 ms. */
async function roomForServer(): Promise<string> {
  const memory = "/dev/shm";
  const found = await statfs(memory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize > ROOM_BYTES ? memory : tmpdir();
}

/** Removes what killed test runs left; a PostgreSQL whose directory goes away ends within a minute. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split("-")[0]) : Number.NaN;
    if (pid > 0 && processStart(pid) === undefined) {
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}
