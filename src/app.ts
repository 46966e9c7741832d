import path from "node:path";
import { systemClock, type Clock } from "./platform/clock.js";
import { packageRoot, type Config } from "./platform/config.js";
import type { Actor, Ctx, Settings } from "./platform/context.js";
import { connect, type Db } from "./platform/db.js";
import { findEmbeddedPostgres, startEmbeddedPostgres } from "./platform/embedded-postgres.js";
import { loadMessages, type Messages } from "./platform/i18n.js";
import { createLog, type Log } from "./platform/log.js";
import { openNarrowDbs } from "./platform/narrow-db.js";
import { fileLogbook, type Logbook } from "./platform/logbook.js";
import { captureMailer, smtpMailer, type Mailer } from "./platform/mailer.js";
import { openMailers, type Mailers } from "./platform/mailers.js";
import { fileSendMark, type SendMark } from "./platform/send-mark.js";
import { loadAssets, type Assets } from "./platform/assets.js";
import { loadTemplates, type Templates } from "./platform/templates.js";
import { createKeys, type Keys } from "./platform/tokens.js";

/** Everything that is built once and handed to the doors. */
export interface App {
  config: Config;
  log: Log;
  clock: Clock;
  db: Db;
  keys: Keys;
  messages: Messages;
  assets: Assets;
  templates: Templates;
  /** The way out of the mailbox that the settings describe. */
  mailer: Mailer;
  /** The ways out of the mailboxes with accounts of their own. */
  mailers: Mailers;
  /** What this machine remembers of sending outside the database. */
  mark: SendMark;
  /** What the public log is signed with, and which of its salts were erased. */
  logbook: Logbook;
  /** A context for a use case, with the given actor; one who is there for some letters sees a database of those. */
  ctx(actor: Actor): Ctx;
  /** Lets go of the database and of the mail server; calling it again does nothing. */
  close(): Promise<void>;
}

/** What a test brings itself instead of what the settings would give. */
export interface Overrides {
  log?: Log;
  clock?: Clock;
  db?: Db;
  mailer?: Mailer;
  mailers?: Mailers;
  mark?: SendMark;
  logbook?: Logbook;
}

/** Where the database is: the application's role, and the owner's for migrations. */
export interface DatabaseUrls {
  appUrl: string;
  ownerUrl: string;
  /** Leads to the server itself, for what a pooler does not carry (LISTEN, settings of a connection). */
  directUrl?: string;
}

/** Builds the application on a database that is already there. */
export function buildApp(config: Config, urls: DatabaseUrls, overrides: Overrides = {}): App {
  const log = overrides.log ?? createLog(config.logLevel);
  const clock = overrides.clock ?? systemClock();
  const db = overrides.db ?? connect(urls.appUrl, { log });
  const narrow = openNarrowDbs(urls.directUrl ?? urls.appUrl, log);
  const keys = createKeys(config.secretKey);
  const root = path.join(packageRoot, "templates");
  const messages = loadMessages(root);
  const assets = loadAssets(root);
  const templates = loadTemplates({ root, messages, assets });
  const mailer =
    overrides.mailer ??
    (config.smtpUrl ? smtpMailer(config.smtpUrl, log, { dkim: config.dkim }) : captureMailer());
  // A database that may forget what it acknowledged must not send: a mail could go out twice.
  const mailers = overrides.mailers ?? openMailers(log, { capture: config.unsafeTestDb });
  const settings = settingsOf(config);
  const mark = overrides.mark ?? fileSendMark(config.dataDir, config.environment);
  const logbook = overrides.logbook ?? fileLogbook(config.dataDir, config.logKeys);
  let closed: Promise<void> | undefined;
  return {
    config,
    log,
    clock,
    db,
    keys,
    messages,
    assets,
    templates,
    mailer,
    mailers,
    mark,
    logbook,
    ctx: (actor) => ({
      db: lettersOf(actor, (letters) => narrow.of(letters)) ?? db,
      clock,
      log,
      keys,
      settings,
      actor,
    }),
    close: () => (closed ??= closeAll([mailer, mailers, narrow], overrides.db ? undefined : db)),
  };
}

function lettersOf(actor: Actor, narrowed: (letters: readonly string[]) => Db): Db | undefined {
  const letters = "letters" in actor ? actor.letters : undefined;
  return letters && narrowed(letters);
}

function settingsOf(config: Config): Settings {
  const { publicUrl, mailFrom, bounceDomain, imapUrl, dkim, logWitnesses } = config;
  return {
    publicUrl,
    mailFrom,
    bounceDomain,
    imapUrl,
    logWitnesses,
    dkim: dkim && { domain: dkim.domain, selector: dkim.selector },
  };
}

async function closeAll(ways: { close(): Promise<void> }[], db: Db | undefined): Promise<void> {
  await Promise.all(ways.map((way) => way.close()));
  await db?.destroy();
}

/** A database that may have been started for us; `stop` ends only what we started. */
export interface OpenDatabase extends DatabaseUrls {
  stop(): Promise<void>;
}

/**
 * The database of the settings: DATABASE_URL, or the embedded server, which is joined when it already runs
 * and started when it does not.
 */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    return {
      appUrl: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl ?? config.databaseUrl,
      directUrl: config.databaseDirectUrl ?? config.databaseUrl,
      stop: async () => {},
    };
  }
  const running = await findEmbeddedPostgres(config.dataDir);
  if (running) return { ...running, stop: async () => {} };
  return startEmbeddedPostgres({ dataDir: config.dataDir, log });
}
