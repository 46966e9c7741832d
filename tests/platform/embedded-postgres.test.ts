import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { withClient } from "../../src/platform/database-roles.js";
import { checkServer, closeDb, connect, isDatabaseDown } from "../../src/platform/db.js";
import { type Account, findBinaries, packagedTree } from "../../src/platform/embedded-postgres-binaries.js";
import { runningServer, stopServer } from "../../src/platform/embedded-postgres-server.js";
import {
  type EmbeddedPostgres,
  type EmbeddedUrls,
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../src/platform/embedded-postgres.js";
import { silentLog } from "../../src/platform/log.js";
import { processStart } from "../../src/platform/process-lock.js";

const log = silentLog();
const isRoot = process.getuid?.() === 0;
let dataDir = "";
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

/** The directory that most tests share, each finding what the one before left; making a new one takes a second. */
const shared = await mkdtemp(path.join(tmpdir(), `countersign-tests-${process.pid}-`));
/** A directory for what a test makes that the others must not find. */
let ownDir = "";

beforeEach(async () => {
  dataDir = shared;
  ownDir = await mkdtemp(path.join(tmpdir(), `countersign-tests-${process.pid}-`));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const child of children.splice(0)) await ended(child, "SIGKILL");
  const left = await runningServer(path.join(dataDir, "postgres", "cluster"));
  if (left !== undefined) await stopServer(left);
  await rm(ownDir, { recursive: true });
});
afterAll(() => rm(shared, { recursive: true }));

async function start(options: { fsync?: boolean; patienceMs?: number } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log, fsync: false, ...options });
  running.push(server);
  return server;
}

/** Another process with a server on the same directory, leader of its own process group. */
async function startElsewhere(as: Account = {}): Promise<{ child: ChildProcess; urls: EmbeddedUrls }> {
  const script = path.join(import.meta.dirname, "..", "support", "embedded-postgres-process.js");
  const child = spawn(process.execPath, [script, dataDir], {
    ...as,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, urls: JSON.parse(line.toString()) as EmbeddedUrls };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

async function serverPid(): Promise<number> {
  const file = path.join(dataDir, "postgres", "cluster", "postmaster.pid");
  return Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  return withClient(url, async (client) => {
    const answer = await client.query<Record<string, unknown>>(sql);
    return answer.rows;
  });
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await what()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
  throw new Error("it did not come to pass within 10 s");
}

describe("the first start and the next", () => {
  it("finds everything as it was", async () => {
    const first = await start({ fsync: true });
    await ask(first.ownerUrl, "drop table if exists letters; create table letters (id int)");
    await ask(first.appUrl, "insert into letters values (7)");
    const pid = await serverPid();
    await first.stop();
    await first.stop();
    expect(processStart(pid)).toBeUndefined();

    const second = await start({ fsync: true });
    expect(await ask(second.appUrl, "select * from letters")).toEqual([{ id: 7 }]);
    const db = connect(second.appUrl, { log });
    await checkServer(db, { unsafe: false });
    await closeDb(db);
  });

  it("listens on the loopback address only, asks for passwords and keeps them from others", async () => {
    const server = await start();
    const [settings] = await ask(
      server.adminUrl,
      `select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
              current_setting('password_encryption') as passwords, lower('ÉÑ') as lower,
              (select string_agg(distinct auth_method, ',') from pg_hba_file_rules) as auth`,
    );
    expect(settings).toEqual({
      listen: "127.0.0.1",
      sockets: "",
      passwords: "scram-sha-256",
      lower: "éñ",
      auth: "scram-sha-256",
    });
    const wrong = new URL(server.appUrl);
    wrong.password = "guessed";
    await expect(ask(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    const home = path.join(dataDir, "postgres");
    expect((await stat(path.join(home, "cluster"))).mode & 0o777).toBe(0o700);
    for (const file of ["passwords.json", "owner.lock", "server.json", "server.log"]) {
      expect((await stat(path.join(home, file))).mode & 0o077).toBe(0);
    }
    expect(await readdir(home)).not.toContain("initdb.password");
  });

  it("gives the application no more than rows", async () => {
    const { ownerUrl, appUrl } = await start();
    await ask(
      ownerUrl,
      "drop table if exists letters; create table letters (id bigint generated always as identity, title text)",
    );
    await ask(appUrl, "insert into letters (title) values ('a')");
    for (const sql of [
      "create table mine ()",
      "drop table letters",
      "create schema mine",
      "create temp table t ()",
    ]) {
      await expect(ask(appUrl, sql)).rejects.toMatchObject({ code: "42501" });
    }
    expect(
      await ask(
        appUrl,
        "select rolsuper or rolcreatedb or rolcreaterole as more from pg_roles where rolname = current_user",
      ),
    ).toEqual([{ more: false }]);
  });
});

describe("two processes on one data directory", () => {
  it("share the server that the first one started", async () => {
    const { child, urls } = await startElsewhere();
    const found = await findEmbeddedPostgres(dataDir);
    expect(found).toMatchObject(urls);
    await expect(start({ patienceMs: 100 })).rejects.toThrow(
      `Process ${child.pid} already uses the embedded database here`,
    );
    await ended(child, "SIGINT");
    expect(await findEmbeddedPostgres(dataDir)).toBeUndefined();
  });

  it("take turns when the first is just ending", async () => {
    const { child } = await startElsewhere();
    const ending = ended(child, "SIGINT");
    const server = await start();
    await ending;
    expect(await ask(server.appUrl, "select 1 as n")).toEqual([{ n: 1 }]);
  });

  it("are not confused by a directory where nothing ever ran", async () => {
    expect(await findEmbeddedPostgres(path.join(dataDir, "nothing"))).toBeUndefined();
  });
});

describe("an end without goodbye", () => {
  it("of the process leaves a server behind, which the next start replaces without losing a row", async () => {
    const { child, urls } = await startElsewhere();
    await ask(
      urls.ownerUrl,
      "drop table if exists letters; create table letters (id int); insert into letters values (7)",
    );
    const left = await serverPid();
    await ended(child, "SIGKILL");
    expect(processStart(left)).toBeDefined();
    expect(await findEmbeddedPostgres(dataDir)).toBeUndefined();
    const server = await start();
    expect(processStart(left)).toBeUndefined();
    expect(await ask(server.appUrl, "select * from letters")).toEqual([{ id: 7 }]);
  });

  it("of the process and the server is recovered from", async () => {
    const { child, urls } = await startElsewhere();
    await ask(
      urls.ownerUrl,
      "drop table if exists letters; create table letters (id int); insert into letters values (7)",
    );
    await ended(child, "SIGKILL");
    process.kill(await serverPid(), "SIGKILL");
    const server = await start();
    expect(await ask(server.appUrl, "select * from letters")).toEqual([{ id: 7 }]);
  });

  it("of the server costs the queries under way: it is started again and the pool reconnects", async () => {
    const server = await start();
    const db = connect(server.appUrl, { log, max: 3 });
    await db.raw("select 1");
    const under = db.raw("select pg_sleep(30)").then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(
      async () =>
        (await ask(server.adminUrl, "select 1 from pg_stat_activity where query like '%pg_sleep(30)'"))
          .length === 1,
    );
    const killed = await serverPid();
    process.kill(killed, "SIGKILL");
    expect(isDatabaseDown(await under)).toBe(true);
    await until(() =>
      db.raw("select 1").then(
        () => true,
        (error: unknown) => {
          expect(isDatabaseDown(error)).toBe(true);
          return false;
        },
      ),
    );
    expect(await serverPid()).not.toBe(killed);
    await closeDb(db);
  });

  it("by process.exit takes the server along", async () => {
    const { child } = await startElsewhere();
    const pid = await serverPid();
    await ended(child, "SIGTERM");
    await until(() => processStart(pid) === undefined);
  });

  it("leaves a process number that another program has by now", async () => {
    const server = await start();
    await server.stop();
    const cluster = path.join(dataDir, "postgres", "cluster");
    const { uid, gid } = await stat(cluster);
    const stranger = spawn("sleep", ["60"], isRoot ? { uid, gid } : {});
    children.push(stranger);
    const file = path.join(cluster, "postmaster.pid");
    await writeFile(
      file,
      `${stranger.pid}\n${cluster}\n1795410237\n5432\n\n127.0.0.1\n  2146497         4\nready   \n`,
    );
    await chown(file, uid, gid);
    const again = await start();
    expect(await ask(again.appUrl, "select 1 as n")).toEqual([{ n: 1 }]);
    expect(processStart(stranger.pid ?? 0)).toBeDefined();
  });
});

describe("Ctrl-C", () => {
  it("reaches us first: the server answers until we stop it", async () => {
    const { child } = await startElsewhere();
    const pid = await serverPid();
    const exit = once(child, "exit");
    // What a terminal does: the signal goes to every process of the group.
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(await exit).toEqual([0, null]);
    expect(processStart(pid)).toBeUndefined();
  });
});

/** The installed package as if it had been unpacked without its scripts: no links. */
async function privateCopy(): Promise<string> {
  const native = path.join(ownDir, "package", "native");
  await mkdir(path.dirname(native));
  await mkdir(path.join(ownDir, "copies"));
  for (const folder of ["", "package", "copies"]) await chmod(path.join(ownDir, folder), 0o755);
  await cp(packagedTree(), native, {
    recursive: true,
    filter: (source) => !lstatSync(source).isSymbolicLink(),
  });
  await cp(path.join(packagedTree(), "..", "package.json"), path.join(native, "..", "package.json"));
  return native;
}

describe("PostgreSQL's programs", () => {
  const other: Account = isRoot ? { uid: 65_534, gid: 65_534 } : {};

  it("get the links that an install without scripts lacks", async () => {
    const native = await privateCopy();
    const found = await findBinaries(other, path.join(ownDir, "copies"), log, native);
    expect(found.postgres).toBe(path.join(native, "bin", "postgres"));
    expect(await readdir(path.join(native, "lib"))).toContain("libicuuc.so.60");
  });

  it("are copied where the server's account can run them, if it can't where they are", async () => {
    const native = await privateCopy();
    await chmod(path.join(native, ".."), isRoot ? 0o700 : 0o500);
    if (!isRoot) await chmod(path.join(native, "lib"), 0o500);
    const copies = path.join(ownDir, "copies");
    for (let turn = 0; turn < 2; turn += 1) {
      const found = await findBinaries(other, copies, log, native);
      expect(path.dirname(path.dirname(found.postgres))).toMatch(/copies\/native-\d+\.\d+/);
      expect(found.major).toBe(18);
    }
    expect(await readdir(copies)).toHaveLength(1);
    for (const folder of [path.join(native, ".."), path.join(native, "lib")]) await chmod(folder, 0o700);
  });
});

if (!isRoot) process.stderr.write("Skipped: not root, so the server was not handed to another account.\n");
(isRoot ? describe : describe.skip)("started as root", () => {
  it("hands the server to another account, below directories that it can't enter", async () => {
    dataDir = path.join(ownDir, "home", "project", "var");
    await chmod(ownDir, 0o755);
    await mkdir(path.join(ownDir, "home"), { mode: 0o700 });
    const server = await start();
    const { uid } = await stat(path.join(dataDir, "postgres", "cluster"));
    expect(uid).toBeGreaterThan(0);
    await ask(server.ownerUrl, "drop table if exists letters; create table letters (id int)");
    await ask(server.adminUrl, "checkpoint");
    await server.stop();
    const again = await start();
    expect(await ask(again.appUrl, "select count(*)::int as n from letters")).toEqual([{ n: 0 }]);
  });

  it("refuses the directory of another user, and another user refuses root's", async () => {
    dataDir = ownDir;
    const nobody = { uid: 65_534, gid: 65_534 };
    await chmod(ownDir, 0o755);
    await mkdir(path.join(ownDir, "postgres"));
    await chown(path.join(ownDir, "postgres"), nobody.uid, nobody.gid);
    await expect(start()).rejects.toThrow("belongs to user 65534: start Countersign as that user");
  });
});

describe("a cluster of another version", () => {
  it("is left alone, with a sentence", async () => {
    const server = await start();
    await server.stop();
    const file = path.join(dataDir, "postgres", "cluster", "PG_VERSION");
    await writeFile(file, "13\n");
    await expect(start()).rejects.toThrow("was made by PostgreSQL 13, this is PostgreSQL 18");
    await writeFile(file, "18\n");
  });
});
