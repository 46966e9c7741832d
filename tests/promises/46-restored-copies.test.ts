import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildApp, type App } from "../../src/app.js";
import { armSending, readSafety } from "../../src/domain/outreach/arming-service.js";
import { withClient } from "../../src/platform/database-roles.js";
import { closeDb, connect } from "../../src/platform/db.js";
import { silentLog } from "../../src/platform/log.js";
import { fileSendMark } from "../../src/platform/send-mark.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { aContact, aLetter, aMailing, type TestContact, type TestLetter } from "../support/mailing.js";
import { databaseUrl, type TestServer } from "../support/postgres.js";
import { settle } from "../support/settle.js";
import { smtpSink, type SmtpSink } from "../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;
let letter: TestLetter;
let dataDir: string;
/** Undone after each test, the last one first. */
let undo: (() => Promise<unknown>)[];

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtpUrl: sink.url } });
});
afterAll(async () => {
  await app.mailer.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  sink.mails.length = 0;
  dataDir = await mkdtemp(path.join(tmpdir(), "countersign-mark-"));
  undo = [() => rm(dataDir, { recursive: true, force: true })];
  letter = await aLetter(app);
});
afterEach(async () => {
  for (const each of undo.reverse()) await each();
});

/** The application as it runs on a machine: with a data directory, on a database. */
function machine(name: string, options: { url?: string; environment?: string | undefined } = {}): App {
  const url = options.url ?? app.database.appUrl;
  const db = options.url ? connect(url, { log: silentLog(), max: 3 }) : app.database.db;
  if (options.url) undo.push(() => closeDb(db));
  return buildApp(
    app.config,
    { appUrl: url, ownerUrl: url },
    {
      clock: app.clock,
      log: silentLog(),
      db,
      mailer: app.mailer,
      mark: fileSendMark(
        path.join(dataDir, name),
        "environment" in options ? options.environment : "production",
      ),
    },
  );
}

async function write(to: readonly TestContact[]): Promise<void> {
  await aMailing(await staffCtx(app), letter, to);
}

/** A copy of the database as it is now, under another name on the same server; answers its address. */
async function copyOfDatabase(): Promise<string> {
  const server = JSON.parse(process.env["COUNTERSIGN_TEST_SERVER"] ?? "") as TestServer;
  const name = new URL(app.database.appUrl).pathname.slice(1);
  const copied = `${name}_copy`;
  await withClient(server.adminUrl, async (admin) => {
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    );
    await admin.query(`create database "${copied}" template "${name}"`);
    await admin.query(`grant connect on database "${copied}" to "${server.app.name}"`);
  });
  undo.push(() =>
    withClient(server.adminUrl, (admin) => admin.query(`drop database "${copied}" with (force)`)),
  );
  return databaseUrl(server, "app", copied);
}

const openTasks = (of: App = app): Promise<string[]> =>
  of.db("tasks").whereNull("done_at").orderBy("kind").pluck("kind");

describe("promise 46: a restored copy of the database does not send", () => {
  test("a fresh database arms itself and sends", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    await settle(here);
    expect(sink.mails).toHaveLength(1);
    const safety = await readSafety(here.ctx(app.system.actor), here.mark);
    expect(safety).toMatchObject({ verdict: "armed", arming: { environment: "production", epoch: 1 } });
    expect(safety.here.mark).toMatchObject({ epoch: 1, number: safety.standing.number });
    expect(await openTasks()).toEqual([]);
  });

  test("an older state put back sends nothing, says so once, and goes on when a person has armed it", async () => {
    const here = machine("one");
    const [first, second] = [await aContact(app), await aContact(app)];
    await write([first]);
    await settle(here);
    await write([second]);
    await settle(here);
    expect(sink.mails).toHaveLength(2);

    // As it stood in last night's backup: the second mail still waits.
    await app.database.adminDb("messages").where({ contact_id: second.id }).update({
      state: "queued",
      commit_number: null,
      sending_at: null,
      finished_at: null,
      transport: null,
    });
    await app.database
      .adminDb("enrolments")
      .where({ contact_id: second.id })
      .update({ state: "active", state_reason: null, finished_at: null });
    await settle(here);
    await settle(here);
    expect(sink.mails).toHaveLength(2);
    expect(await openTasks()).toEqual(["arm_sending"]);
    expect((await readSafety(app.system, here.mark)).verdict).toBe("behind_mark");

    await armSending(await staffCtx(app), here.mark, "production");
    expect(await openTasks()).toEqual([]);
    await settle(here);
    expect(sink.mails).toHaveLength(3);
    expect(await app.db("activity").where({ action: "sending.armed" })).toHaveLength(1);
  });

  test("a copy on the same server does not send beside the first, and the first goes on", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    await settle(here);
    await write([await aContact(app)]);
    const copy = machine("one", { url: await copyOfDatabase() });
    await settle(copy);
    expect(sink.mails).toHaveLength(1);
    expect(await openTasks(copy)).toEqual(["arm_sending"]);
    expect((await readSafety(copy.ctx(app.system.actor), copy.mark)).verdict).toBe("other_server");
    await settle(here);
    expect(sink.mails).toHaveLength(2);
  });

  test("a database in another environment does not send", async () => {
    await write([await aContact(app)]);
    await settle(machine("one"));
    await write([await aContact(app)]);
    for (const [name, environment] of [
      ["two", "staging"],
      ["three", undefined],
    ] as const) {
      const elsewhere = machine(name, { environment });
      await settle(elsewhere);
      expect(sink.mails).toHaveLength(1);
      expect((await readSafety(app.system, elsewhere.mark)).verdict).toBe("other_environment");
    }
  });

  test("several machines of one environment send, each with its own memory", async () => {
    const [one, two] = [machine("one"), machine("two")];
    for (const each of [one, two, one, two]) {
      await write([await aContact(app)]);
      await settle(each);
    }
    expect(sink.mails).toHaveLength(4);
    expect((await two.mark.read())?.number).toBeGreaterThan((await one.mark.read())?.number ?? Infinity);
  });

  test("after an arming every machine of the environment goes on, and none falls back behind it", async () => {
    const [one, two] = [machine("one"), machine("two")];
    await write([await aContact(app)]);
    await settle(one);
    await armSending(await staffCtx(app), two.mark, "production");
    await write([await aContact(app)]);
    await settle(one);
    expect(sink.mails).toHaveLength(2);
    expect((await one.mark.read())?.epoch).toBe(2);
    await app.database.adminDb("sending_control").update({ epoch: 1 });
    await write([await aContact(app)]);
    await settle(one);
    expect(sink.mails).toHaveLength(2);
    expect((await readSafety(app.system, one.mark)).verdict).toBe("behind_mark");
  });

  test("a data directory put back together with its database does not send until it is armed", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    await settle(here);
    await write([await aContact(app)]);
    // A backup of the folder holds the database of the embedded server and the mark, both from the same night.
    await cp(path.join(dataDir, "one"), path.join(dataDir, "backup"), { recursive: true });
    await rm(path.join(dataDir, "one"), { recursive: true });
    await rename(path.join(dataDir, "backup"), path.join(dataDir, "one"));
    await settle(here);
    expect(sink.mails).toHaveLength(1);
    expect((await readSafety(app.system, here.mark)).verdict).toBe("copied_folder");
    await armSending(await staffCtx(app), here.mark, "production");
    await settle(here);
    expect(sink.mails).toHaveLength(2);
    await write([await aContact(app)]);
    await settle(here);
    expect(sink.mails).toHaveLength(3);
  });

  test("a server on another timeline does not send", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    await settle(here);
    await app.database.adminDb("sending_control").update({ timeline: 7 });
    await write([await aContact(app)]);
    await settle(here);
    expect(sink.mails).toHaveLength(1);
    expect((await readSafety(app.system, here.mark)).verdict).toBe("other_timeline");
  });

  test("one that has sent and lost its arming does not send, machine mails included", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    await settle(here);
    await app.database.adminDb("sending_control").delete();
    await write([await aContact(app)]);
    await app.db("messages").where({ state: "queued" }).update({ purpose: "transactional" });
    await settle(machine("fresh"));
    expect(sink.mails).toHaveLength(1);
    expect(await openTasks()).toEqual(["arm_sending"]);
  });

  test("only an administrator arms", async () => {
    const here = machine("one");
    for (const role of ["editor", "outreach", "reviewer", "viewer"] as const) {
      await expect(armSending(await staffCtx(app, role), here.mark, "production")).rejects.toMatchObject({
        kind: "forbidden",
      });
    }
  });

  test("nothing goes out when the mark can't be kept: the mails stay in the queue", async () => {
    const here = machine("one");
    await write([await aContact(app)]);
    here.mark.raise = () => Promise.reject(new Error("no space left on the device"));
    await expect(settle(here)).rejects.toThrow("no space left");
    expect(sink.mails).toHaveLength(0);
    expect(await app.db("messages").select("state", "state_reason", "attempts")).toEqual([
      { state: "queued", state_reason: "mark_not_kept", attempts: 0 },
    ]);
  });
});
