/**
 * A PostgreSQL server of our own under the data directory, for people who have none.
 *
 * Under <data directory>/postgres lie: `cluster` (PostgreSQL's files), `passwords.json` (made once), `owner.lock`
 * (the process that started the server), `server.json` (its port while it runs) and `server.log`.
 *
 * PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`. Such an account often can't walk to
 * the cluster (a project below /root): the server is then started inside the directory and calls it
 * /proc/self/cwd, which Linux resolves without asking for the directories above.
 */
import { execFile } from "node:child_process";
import {
  chmod,
  chown,
  lchown,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { createDatabase, createRoles, separateRoles, withClient } from "./database-roles.js";
import {
  type Account,
  type Binaries,
  canReach,
  cleanEnvironment,
  findBinaries,
} from "./embedded-postgres-binaries.js";
import { type Place, freePort, runningServer, startServer, stopServer } from "./embedded-postgres-server.js";
import type { Log } from "./log.js";
import { LockHeld, lockHolder, takeProcessLock } from "./process-lock.js";
import { randomToken } from "./tokens.js";

const run = promisify(execFile);

/** Addresses of the embedded database. */
export interface EmbeddedUrls {
  /** The role that owns the tables and migrates. */
  ownerUrl: string;
  /** The role that reads and writes rows and owns nothing. */
  appUrl: string;
  /** The superuser, in the database `postgres`: for making databases, never for the application. */
  adminUrl: string;
  port: number;
}

/** A running embedded server; `stop` ends it cleanly and may be called twice. */
export interface EmbeddedPostgres extends EmbeddedUrls {
  stop: () => Promise<void>;
}

interface Passwords {
  admin: string;
  owner: string;
  app: string;
}

const OWNER = "countersign_owner";
const APPLICATION = "countersign_app";
const DATABASE = "countersign";

/** How long to wait for another process that is about to let go of the data directory: milliseconds. */
const LOCK_PATIENCE = 10_000;

/**
 * Starts the server on `dataDir`, making the cluster, both roles and the database `countersign` the first time.
 * A server that a killed process left behind is stopped first; should the server die, it is started again on the
 * same port. Throws a sentence when another process still uses the directory after `patienceMs` (10 s).
 * `fsync: false` is for tests.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: Log;
  fsync?: boolean;
  patienceMs?: number;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const home = path.join(path.resolve(options.dataDir), "postgres");
  await makeHome(home);
  const release = await takeProcessLock(
    path.join(home, "owner.lock"),
    options.patienceMs ?? LOCK_PATIENCE,
  ).catch(explainLock);
  try {
    const account = await serverAccount(path.join(home, "cluster"));
    const place = await settle(home, account, log, options.fsync ?? true);
    return await supervise(place, home, await passwordsOf(home), log, release);
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * The addresses of the server that another living process has started on `dataDir`; undefined when there is none
 * or it does not answer.
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<EmbeddedUrls | undefined> {
  const home = path.join(path.resolve(dataDir), "postgres");
  if ((await lockHolder(path.join(home, "owner.lock"))) === undefined) return undefined;
  const state = await readJson<{ port: number }>(path.join(home, "server.json"));
  const passwords = await readJson<Passwords>(path.join(home, "passwords.json"));
  if (state === undefined || passwords === undefined) return undefined;
  const found = urls(state.port, passwords);
  try {
    await withClient(found.appUrl, (client) => client.query("select 1"));
    return found;
  } catch {
    return undefined;
  }
}

async function makeHome(home: string): Promise<void> {
  await mkdir(path.dirname(home), { recursive: true, mode: 0o700 });
  // The server's account has to walk through to its cluster; what is secret in here is readable by us alone.
  await mkdir(home, { recursive: true });
  const { uid } = await stat(home);
  if (uid !== process.getuid?.()) {
    throw new Error(
      `${home} belongs to user ${uid}: start Countersign as that user, or give this one another COUNTERSIGN_DATA_DIR.`,
    );
  }
  await chmod(home, 0o711);
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}

function explainLock(error: unknown): never {
  if (error instanceof LockHeld) {
    throw new Error(
      `Process ${error.pid} already uses the embedded database here. Stop it first, or give this one another COUNTERSIGN_DATA_DIR.`,
      { cause: error },
    );
  }
  throw error;
}

async function supervise(
  place: Place,
  home: string,
  passwords: Passwords,
  log: Log,
  release: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  let { child, port } = await startServer(place, await freePort());
  let stopping: Promise<void> | undefined;
  let restart: Promise<void> = Promise.resolve();
  const lastResort = () => void child.kill("SIGINT");
  process.once("exit", lastResort);

  const announce = () => writeJson(path.join(home, "server.json"), { port });
  const startAgain = async () => {
    try {
      ({ child, port } = await startServer(place, port));
      watch();
      await announce();
    } catch (error) {
      log.error({ err: error }, "the embedded PostgreSQL could not be started again");
    }
  };
  const watch = () => {
    child.unref();
    child.once("exit", (code, signal) => {
      if (stopping !== undefined) return;
      log.warn({ code, signal }, "the embedded PostgreSQL ended by itself and is started again");
      restart = startAgain();
    });
  };
  watch();

  const stop = async () => {
    await restart;
    if (child.pid !== undefined) await stopServer(child.pid);
    process.removeListener("exit", lastResort);
    await rm(path.join(home, "server.json"), { force: true });
    await release();
  };
  try {
    await prepareOnce(home, urls(port, passwords), passwords);
    await announce();
  } catch (error) {
    stopping = Promise.resolve();
    if (child.pid !== undefined) await stopServer(child.pid);
    process.removeListener("exit", lastResort);
    throw error;
  }
  return { ...urls(port, passwords), stop: () => (stopping ??= stop()) };
}

/** Brings the files into the state in which a server can be started on them. */
async function settle(home: string, account: Account, log: Log, fsync: boolean): Promise<Place> {
  const binaries = await findBinaries(account, home, log);
  const cluster = path.join(home, "cluster");
  const version = (await readFile(path.join(cluster, "PG_VERSION"), "utf8").catch(emptyIfMissing)).trim();
  if (version === "") {
    await makeCluster(home, account, binaries, fsync);
  } else if (version !== String(binaries.major)) {
    throw new Error(
      `The database in ${cluster} was made by PostgreSQL ${version}, this is PostgreSQL ${binaries.major}: ` +
        "take a backup with the version that made it, move that directory away, and restore.",
    );
  } else {
    await giveTo(cluster, account);
    const leftover = await runningServer(cluster);
    if (leftover !== undefined) {
      log.warn({ pid: leftover }, "a PostgreSQL that an ended process left behind is stopped first");
      await stopServer(leftover);
    }
  }
  const argument = await clusterArgument(cluster, account);
  return { binaries, account, cluster, argument, logFile: path.join(home, "server.log"), fsync };
}

async function makeCluster(
  home: string,
  account: Account,
  binaries: Binaries,
  fsync: boolean,
): Promise<void> {
  // Made under another name first, so that a half-made cluster is never taken for one.
  const draft = path.join(home, "cluster.new");
  const passwordFile = path.join(home, "initdb.password");
  await rm(path.join(home, "prepared"), { force: true });
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const { admin } = await passwordsOf(home, true);
  await writeFile(passwordFile, admin, { mode: 0o600 });
  try {
    for (const each of [draft, passwordFile]) {
      if (account.uid !== undefined && account.gid !== undefined) await chown(each, account.uid, account.gid);
    }
    await runInitdb(draft, account, binaries, fsync);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, path.join(home, "cluster"));
}

async function runInitdb(draft: string, account: Account, binaries: Binaries, fsync: boolean): Promise<void> {
  // Order and case by Unicode, the same on every system and after its upgrades; lists of names sort with ICU.
  const locale = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  const args = ["-D", await clusterArgument(draft, account), "--username=postgres"];
  args.push("--pwfile=../initdb.password", "--auth=scram-sha-256", "--no-instructions");
  args.push("--encoding=UTF8", `--locale=${locale}`, "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  if (!fsync) args.push("--no-sync");
  try {
    await run(binaries.initdb, args, { ...account, cwd: draft, env: cleanEnvironment });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`initdb could not make a database in ${draft}: ${(stderr ?? message).trim()}`, {
      cause: error,
    });
  }
}

/** Makes roles and database, unless that has been done to the end before. */
async function prepareOnce(home: string, at: EmbeddedUrls, passwords: Passwords): Promise<void> {
  const mark = path.join(home, "prepared");
  if ((await stat(mark).catch(() => undefined)) !== undefined) return;
  await withClient(at.adminUrl, async (admin) => {
    await createRoles(admin, [
      { name: OWNER, password: passwords.owner },
      { name: APPLICATION, password: passwords.app },
    ]);
    await createDatabase(admin, DATABASE, OWNER);
  });
  const database = new URL(at.adminUrl);
  database.pathname = DATABASE;
  await withClient(database.href, (admin) => separateRoles(admin, OWNER, APPLICATION));
  await writeFile(mark, "", { mode: 0o600 });
}

function urls(port: number, passwords: Passwords): EmbeddedUrls {
  const url = (role: string, password: string, database: string) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
  return {
    ownerUrl: url(OWNER, passwords.owner, DATABASE),
    appUrl: url(APPLICATION, passwords.app, DATABASE),
    adminUrl: url("postgres", passwords.admin, "postgres"),
    port,
  };
}

async function passwordsOf(home: string, make = false): Promise<Passwords> {
  const file = path.join(home, "passwords.json");
  const found = await readJson<Passwords>(file);
  if (found !== undefined) return found;
  if (!make) {
    throw new Error(`${file} is missing: without it the database beside it can't be opened. Put it back.`);
  }
  const made = { admin: randomToken(), owner: randomToken(), app: randomToken() };
  await writeJson(file, made);
  return made;
}

/** Root hands the server to the account that owns the cluster already, or to `postgres`, or to `nobody`. */
async function serverAccount(cluster: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const accounts = new Map(
    (await readFile("/etc/passwd", "utf8")).split("\n").flatMap((line) => {
      const [name = "", , uid, gid] = line.split(":");
      return Number(uid) > 0 ? [[name, { uid: Number(uid), gid: Number(gid) }] as const] : [];
    }),
  );
  const owner = await stat(cluster).catch(() => undefined);
  const account =
    [...accounts.values()].find(({ uid }) => uid === owner?.uid) ??
    accounts.get("postgres") ??
    accounts.get("_postgres") ??
    accounts.get("nobody");
  if (account === undefined) {
    throw new Error(
      "PostgreSQL refuses to run as root and there is no account `postgres` or `nobody` to run it as. " +
        "Start Countersign as another user, or set DATABASE_URL.",
    );
  }
  return account;
}

/** A cluster that came from another machine may belong to a number that means somebody else here. */
async function giveTo(cluster: string, account: Account): Promise<void> {
  const { uid, gid } = account;
  if (uid === undefined || gid === undefined || (await stat(cluster)).uid === uid) return;
  const entries = await readdir(cluster, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    await lchown(path.join(entry.parentPath, entry.name), uid, gid);
  }
  await chown(cluster, uid, gid);
}

/** How the server names its directory: by its path if the server's account can walk there. */
async function clusterArgument(cluster: string, account: Account): Promise<string> {
  return process.platform !== "linux" || (await canReach(cluster, account)) ? cluster : "/proc/self/cwd";
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
