import { types } from "node:util";
import knex, { type Knex } from "knex";
import { type Client, TypeOverrides, types as pgTypes } from "pg";
import type { Log } from "./log.js";

/** The database, or a transaction on it. */
export type Db = Knex;

/** An open transaction. */
export type Tx = Knex.Transaction;

/** PostgreSQL's numbers for the types that `pg` would turn into something else than we want. */
const OID = { int8: 20, date: 1082, int8Array: 1016, dateArray: 1182, textArray: 1009 } as const;

/**
 * A pool of connections to `url`; nothing is connected yet. Answers timestamptz as Date, date as "YYYY-MM-DD",
 * int8 as number while it is exact (else as string), numeric as string. A server that restarts costs the queries
 * under way, never the process. `settings` hold on each connection from its start.
 */
export function connect(
  url: string,
  options: { log: Log; max?: number; applicationName?: string; settings?: Record<string, string> },
): Db {
  const { log, max = 10, applicationName = "countersign", settings } = options;
  return knex({
    client: "pg",
    connection: {
      connectionString: url,
      application_name: applicationName,
      ...(settings ? { options: serverSettings(settings) } : {}),
      connectionTimeoutMillis: 5000,
      types: valueTypes(),
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max,
      afterCreate: (connection: Client, done: (error: Error | null, connection: Client) => void) => {
        // Knex drops the connection from its pool itself; the listener also says that it was lost.
        connection.on("error", (error) => log.warn({ err: error }, "a database connection was lost"));
        done(null, connection);
      },
    },
    acquireConnectionTimeout: 10_000,
    // Errors name the query, never the values in it: those are people's.
    compileSqlOnError: false,
    log: {
      warn: (message: unknown) => log.debug({ from: "knex" }, String(message)),
      error: (message: unknown) => log.warn({ from: "knex" }, String(message)),
      deprecate: (message: unknown) => log.debug({ from: "knex" }, String(message)),
      debug: (message: unknown) => log.debug({ from: "knex" }, String(message)),
    },
  });
}

/** Settings that hold from the first query of a connection on, as PostgreSQL's startup message carries them. */
function serverSettings(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, String.raw`\$&`)}`)
    .join(" ");
}

function valueTypes(): TypeOverrides {
  const overrides = new TypeOverrides();
  const texts = pgTypes.getTypeParser(OID.textArray as never, "text") as (value: string) => string[];
  overrides.setTypeParser(OID.int8, exactNumber);
  overrides.setTypeParser(OID.int8Array, (value: string) => texts(value).map(exactNumber));
  overrides.setTypeParser(OID.date, (value: string) => value);
  overrides.setTypeParser(OID.dateArray, (value: string) => texts(value));
  return overrides;
}

function exactNumber(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Closes all connections once their queries have ended. */
export async function closeDb(db: Db): Promise<void> {
  await db.destroy();
}

/**
 * The error that the caller means when a constraint or unique index of this name refused a row, else `error`
 * itself: `throw mapConstraint(error, { letters_slug_idx: conflict("letter.slug_taken") })`.
 */
export function mapConstraint(error: unknown, meanings: Record<string, Error>): Error {
  if (types.isNativeError(error)) {
    const { constraint } = error as { constraint?: unknown };
    const meaning =
      typeof constraint === "string" && Object.hasOwn(meanings, constraint)
        ? meanings[constraint]
        : undefined;
    return meaning ?? error;
  }
  return new Error("something that is no error was thrown", { cause: error });
}

/** A row whose bytes stand as PostgreSQL reads them from a text, for `jsonb_populate_record`. */
export function bytesAsText(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : value,
    ]),
  );
}

const SYSTEM_FAULTS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
/** What `pg` says; Knex puts the query and a dash in front. */
const LOST =
  /(^| - )(Connection terminated.*|timeout expired|Client has encountered a connection error and is not queryable)$/;

/**
 * Whether the database can't be reached or is going down or coming up, so that the same request may work later.
 * PostgreSQL classes 08 and 57P (appendix A of its manual) and 53300, too many connections.
 */
export function isDatabaseDown(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === "string") {
    return SYSTEM_FAULTS.has(code) || /^(08...|57P0[1-3]|53300)$/.test(code);
  }
  if (Array.isArray(errors)) return errors.some(isDatabaseDown);
  return error.name === "KnexTimeoutError" || LOST.test(error.message);
}

/** Oldest PostgreSQL whose features we use. */
const OLDEST_SERVER = 14;

/**
 * Refuses, with a sentence, a server that is too old or may forget what it has committed: a forgotten send would
 * be sent twice. `unsafe` (COUNTERSIGN_UNSAFE_TEST_DB) accepts the latter.
 */
export async function checkServer(db: Db, options: { unsafe: boolean }): Promise<void> {
  const answer = await db.raw<{ rows: Record<"version" | "fsync" | "commit" | "encoding", string>[] }>(
    `select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit, current_setting('server_encoding') as encoding`,
  );
  const [row] = answer.rows;
  if (row === undefined) throw new Error("The database server does not say what it is.");
  const major = Math.floor(Number(row.version) / 10_000);
  if (major < OLDEST_SERVER) {
    throw new Error(`PostgreSQL ${OLDEST_SERVER} or newer is needed; the server is version ${major}.`);
  }
  if (row.encoding !== "UTF8") {
    throw new Error(`The database's encoding has to be UTF8; it is ${row.encoding}.`);
  }
  if (!options.unsafe && (row.fsync !== "on" || row.commit === "off")) {
    throw new Error(
      `The database server may forget what it has committed (fsync ${row.fsync}, synchronous_commit ${row.commit}); ` +
        "switch both on. Only a test may accept this, with COUNTERSIGN_UNSAFE_TEST_DB=1.",
    );
  }
}
