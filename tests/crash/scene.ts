/** What a crash run needs: a database that keeps what it acknowledges, a mail server, mails, and workers to kill. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buildApp, type App } from "../../src/app.js";
import { settleMessage } from "../../src/domain/outreach/approval-service.js";
import { queueMailing } from "../../src/domain/outreach/service.js";
import { loadConfig, packageRoot } from "../../src/platform/config.js";
import { closeDb, connect, type Db } from "../../src/platform/db.js";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.js";
import { newId } from "../../src/platform/ids.js";
import { silentLog } from "../../src/platform/log.js";
import { migrate } from "../../src/platform/migrations.js";
import { judge, type JudgedRow, type Judgement } from "./checker.js";
import { startCrashSink, type CrashSink } from "./sink.js";

/** A worker in a process of its own. */
export interface CrashWorker {
  child: ChildProcess;
  /** Resolves when it says that it looks for work. */
  running: Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; answers the exit status and how long it took, in milliseconds. */
  terminate(): Promise<{ status: number | null; took: number }>;
}

/** One run's place. */
export interface Scene {
  app: App;
  db: Db;
  sink: CrashSink;
  startWorker(options?: { name?: string; withLog?: boolean }): CrashWorker;
  /** Stops PostgreSQL at once, as a power cut would; it is started again by its supervisor. */
  crashDatabase(): Promise<void>;
  queue(mails: number): Promise<void>;
  count(...states: string[]): Promise<number>;
  /** How many mails have become uncertain so far, settled ones included. */
  everUncertain(): Promise<number>;
  rows(): Promise<JudgedRow[]>;
  judge(): Promise<Judgement>;
  /** Lets a worker run until nothing is left to do by itself. */
  drain(options?: { withLog?: boolean }): Promise<void>;
  /** The deadlines of uncertain mails are over, as if a quarter of an hour had passed. */
  letLeasesEnd(): Promise<void>;
  /** A person who has looked into the mail server's own record settles what is left. */
  settleByHand(): Promise<number>;
  close(): Promise<void>;
}

const SYSTEM = { kind: "system", name: "crash suite" } as const;

/** Brings everything up. */
export async function openScene(seed: number): Promise<Scene> {
  const folder = await mkdtemp(path.join(tmpdir(), "countersign-crash-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: silentLog() });
  await migrate(postgres.ownerUrl, silentLog(), { appUrl: postgres.appUrl });
  const sink = await startCrashSink(folder, seed);
  const settings: Record<string, string> = {
    DATABASE_URL: postgres.appUrl,
    SECRET_KEY: "the secret key of the crash suite, long enough",
    SMTP_URL: sink.url,
    MAIL_FROM: "Low Orbit Stewardship Forum <letters@forum.example>",
    COUNTERSIGN_ENVIRONMENT: "crash",
    COUNTERSIGN_DATA_DIR: path.join(folder, "machine"),
    LOG_LEVEL: "fatal",
  };
  const db = connect(postgres.appUrl, { log: silentLog(), max: 3 });
  const app = buildApp(
    loadConfig(settings),
    { ...postgres, appUrl: postgres.appUrl },
    { db, log: silentLog() },
  );
  const workers = new Set<ChildProcess>();

  const startWorker: Scene["startWorker"] = ({ name = "machine", withLog = true } = {}) => {
    const child = spawn(process.execPath, [path.join(packageRoot, "bin", "countersign.js"), "worker"], {
      env: {
        PATH: process.env["PATH"],
        ...settings,
        COUNTERSIGN_DATA_DIR: path.join(folder, name),
        ...(withLog ? { MTA_LOG_FILE: sink.logFile } : {}),
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    workers.add(child);
    const ended = once(child, "exit").then(() => workers.delete(child));
    const running = new Promise<void>((resolve) => {
      child.stdout?.once("data", () => resolve());
      void ended.then(() => resolve());
    });
    return {
      child,
      running,
      kill: async () => {
        child.kill("SIGKILL");
        await ended;
      },
      terminate: async () => {
        const start = performance.now();
        child.kill("SIGTERM");
        await ended;
        return { status: child.exitCode, took: performance.now() - start };
      },
    };
  };

  const count = async (...states: string[]): Promise<number> => {
    const rows = (await db("messages").whereIn("state", states).count("* as n")) as { n: number }[];
    return rows[0]?.n ?? 0;
  };
  const scene: Scene = {
    app,
    db,
    sink,
    startWorker,
    count,
    crashDatabase: async () => {
      const file = path.join(folder, "postgres", "cluster", "postmaster.pid");
      const pid = Number((await readFile(file, "utf8")).split("\n")[0]);
      process.kill(pid, "SIGQUIT");
      for (let n = 0; n < 600; n += 1) {
        await pause(100);
        const answers = await db.raw("select 1").then(
          () => true,
          () => false,
        );
        const now = await readFile(file, "utf8").catch(() => "");
        if (answers && Number(now.split("\n")[0]) !== pid) return;
      }
      throw new Error("PostgreSQL did not come back");
    },
    queue: (mails) => queueMails(app, mails),
    everUncertain: async () => {
      const rows = (await db("message_events").where({ kind: "uncertain" }).count("* as n")) as {
        n: number;
      }[];
      return rows[0]?.n ?? 0;
    },
    rows: () => db<JudgedRow>("messages").select("id", "message_id", "state"),
    judge: async () => judge(await scene.rows(), sink.copies()),
    drain: async ({ withLog = true } = {}) => {
      const worker = startWorker({ withLog });
      await worker.running;
      // Those refused for the moment need not wait for their back-off here.
      for (let n = 0; n < 1200; n += 1) {
        await db("messages")
          .where({ state: "queued" })
          .where("due_at", ">", db.raw("now()"))
          .update({ due_at: db.raw("now()") });
        if ((await count("queued", "claimed", "sending")) === 0) break;
        await pause(100);
      }
      for (let n = withLog ? 0 : 200; n < 200; n += 1) {
        const open = (await scene.judge()).uncertain;
        if (open.every((each) => !each.accepted)) break;
        await pause(100);
      }
      await worker.terminate();
    },
    letLeasesEnd: async () => {
      await db("messages")
        .where({ state: "uncertain" })
        .update({ lease_until: db.raw("now() - interval '1 second'") });
    },
    settleByHand: async () => {
      const { uncertain } = await scene.judge();
      const ctx = app.ctx(SYSTEM);
      for (const { id, accepted } of uncertain) {
        await settleMessage(ctx, id, { as: accepted ? "sent" : "requeue" });
      }
      return uncertain.length;
    },
    close: async () => {
      for (const worker of workers) worker.kill("SIGKILL");
      sink.stop();
      await closeDb(db);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return scene;
}

/** As many as one person may let go without a second one. */
const BATCH = 50;
let written = 0;

async function queueMails(app: App, mails: number): Promise<void> {
  for (let left = mails; left > 0; left -= BATCH) await queueBatch(app, Math.min(left, BATCH));
}

async function queueBatch(app: App, mails: number): Promise<void> {
  const at = app.clock.now();
  const slug = "crash";
  if (!(await app.db("letters").where({ slug }).first<{ id: string }>("id"))) await addLetter(app, slug);
  const people = Array.from({ length: mails }, () => {
    written += 1;
    const organisation = newId(app.clock);
    const email = `p${written}@o${written}.example`;
    return {
      organisation: {
        id: organisation,
        name: `Orbital ${written} Ltd`,
        name_key: `orbital ${written}`,
        country: "NO",
        created_at: at,
        updated_at: at,
      },
      contact: {
        id: newId(app.clock),
        organisation_id: organisation,
        name: `Ada Park ${written}`,
        email,
        address_hash: app.keys.addressHash(email),
        lawful_basis: "published_address",
        source: "https://forum.example/contacts",
        source_at: at,
        created_at: at,
        updated_at: at,
      },
    };
  });
  await app.db("organisations").insert(people.map((each) => each.organisation));
  await app.db("contacts").insert(people.map((each) => each.contact));
  await queueMailing(app.ctx(SYSTEM), {
    letterSlug: slug,
    subject: "{{letter.title}}: will {{organisation.name}} sign?",
    body: "Dear {{contact.name}}, [answer here]({{invitation.link}}). {{sender.name}}",
    language: "en",
    contactIds: people.map((each) => each.contact.id),
  });
}

async function addLetter(app: App, slug: string): Promise<void> {
  const at = app.clock.now();
  const ids = { letter: newId(app.clock), version: newId(app.clock) };
  await app.db("letters").insert({
    id: ids.letter,
    slug,
    state: "open",
    default_language: "en",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Quay Street, Bergen 5003, Norway",
    sponsor_email: "team@forum.example",
    created_at: at,
  });
  await app
    .db("letter_versions")
    .insert({ id: ids.version, letter_id: ids.letter, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: ids.version,
    language: "en",
    title: "Keep low orbit usable",
    addressee: "To the heads of state",
    body_md: "1. Stop.",
    content_hash: Buffer.alloc(32),
  });
}
