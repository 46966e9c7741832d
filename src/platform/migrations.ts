/**
 * The schema, as plain SQL files named YYYYMMDD_HHMM_name.sql: a first line `-- why: …`, then `-- up` and
 * `-- down`. A file that has landed is never changed.
 *
 * A table says in its comment what is special about it: one that begins with `append-only` can't be updated or
 * deleted from by the application, one that begins with `reference` holds rows that migrations put there.
 */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import type { Knex } from "knex";
import { type Client, escapeIdentifier } from "pg";
import { packageRoot } from "./config.js";
import { type Db, closeDb, connect } from "./db.js";
import { withClient } from "./database-roles.js";
import { type Log, silentLog } from "./log.js";

interface MigrationFile {
  name: string;
  up: string;
  down: string;
}

/** Where a migration comes from, other than the package's own folder `migrations`: for tests. */
export interface MigrationOptions {
  directory?: string;
  /** The application's address: its role is granted the rows of every table, if it is not the owner. */
  appUrl?: string;
}

const TABLE = "knex_migrations";
const FILE_NAME = /^\d{8}_\d{4}_[a-z0-9_]+\.sql$/;
/** Any number will do as long as every Countersign uses the same. */
const LOCK_NUMBER = 4_951_222_001;

/**
 * Brings the database up to this version, one transaction per file, and answers the names of the files that were
 * run. Several processes may call it at once: one works, the others wait.
 */
export async function migrate(ownerUrl: string, log: Log, options: MigrationOptions = {}): Promise<string[]> {
  return exclusively(ownerUrl, async (db) => {
    const isPending = (await pendingMigrations(db, options)).length > 0;
    if (isPending) await callIfThere(db, "before_migrations");
    const [, names] = (await db.migrate.latest(await migratorConfig(options.directory))) as [
      number,
      string[],
    ];
    if (options.appUrl !== undefined) {
      const role = await withClient(options.appUrl, roleOf);
      await grantApplication(db, role);
    }
    if (isPending || options.appUrl !== undefined) await callIfThere(db, "after_migrations");
    log.info(
      { migrations: names },
      names.length === 0 ? "the schema is up to date" : "the schema was changed",
    );
    return names;
  });
}

/** Takes all migrations back, newest first, and with them all data: for tests of the `-- down` sections. */
export async function rollbackAll(ownerUrl: string, options: MigrationOptions = {}): Promise<void> {
  await exclusively(ownerUrl, async (db) => {
    await callIfThere(db, "before_migrations");
    await db.migrate.rollback(await migratorConfig(options.directory), true);
  });
}

/** What stands on the tables (views) is taken away before migrations and made again after them, by these two functions. */
async function callIfThere(db: Db, name: "before_migrations" | "after_migrations"): Promise<void> {
  const found = await db.raw<{ rows: { there: boolean }[] }>(
    `select to_regprocedure('${name}()') is not null as there`,
  );
  if (found.rows[0]?.there === true) await db.raw(`select ${name}()`);
}

/** Names of the migrations that this version knows and the database does not have; empty when it is ready. */
export async function pendingMigrations(db: Db, options: MigrationOptions = {}): Promise<string[]> {
  const files = await readMigrations(options.directory);
  const table = await db.raw<{ rows: { there: boolean }[] }>(
    `select to_regclass('${TABLE}') is not null as there`,
  );
  const done = table.rows[0]?.there === true ? await db(TABLE).pluck<string[]>("name") : [];
  return files.map(({ name }) => name).filter((name) => !done.includes(name));
}

/**
 * Gives the application's role the rows of every table and takes from it what append-only tables forbid; does
 * nothing when the role is the owner itself.
 */
export async function grantApplication(ownerDb: Db, appRoleName: string): Promise<void> {
  const owner = await ownerDb.raw<{ rows: { name: string }[] }>("select current_user as name");
  if (owner.rows[0]?.name === appRoleName) return;
  const role = escapeIdentifier(appRoleName);
  const frozen = await markedTables(ownerDb, "append-only");
  await ownerDb.raw(`
    grant usage on schema public to ${role};
    grant select, insert, update, delete on all tables in schema public to ${role};
    grant usage on all sequences in schema public to ${role};
    revoke all on ${TABLE}, ${TABLE}_lock from ${role};
    grant select on ${TABLE} to ${role};
    ${frozen.map((table) => `revoke update, delete, truncate on ${escapeIdentifier(table)} from ${role};`).join("\n")}
  `);
}

/** Tables whose comment begins with this word, in the order of their names. */
export async function markedTables(db: Db, mark: "append-only" | "reference"): Promise<string[]> {
  const found = await db.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and starts_with(obj_description(oid, 'pg_class'), '${mark}') order by relname`,
  );
  return found.rows.map(({ name }) => name);
}

/** The role that these connections act as. */
async function roleOf(client: Client): Promise<string> {
  const answer = await client.query<{ name: string }>("select current_user as name");
  return answer.rows[0]?.name ?? "";
}

/**
 * Runs `work` while no other process migrates. Knex's own lock is a row that stays behind when a process is
 * killed; this lock goes with its connection, so a lock row that is found under it is dead and may be freed.
 */
async function exclusively<T>(ownerUrl: string, work: (db: Db) => Promise<T>): Promise<T> {
  return withClient(ownerUrl, async (client) => {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [LOCK_NUMBER]);
    const db = connect(ownerUrl, { log: silentLog(), max: 2, applicationName: "countersign migrate" });
    try {
      await db.migrate.forceFreeMigrationsLock({ tableName: TABLE });
      return await work(db);
    } finally {
      await closeDb(db);
    }
  });
}

async function migratorConfig(directory?: string): Promise<Knex.MigratorConfig> {
  const files = await readMigrations(directory);
  return {
    tableName: TABLE,
    // An older version may run on a newer schema while a newer one is being rolled out.
    disableMigrationsListValidation: true,
    migrationSource: {
      getMigrations: () => Promise.resolve(files),
      getMigrationName: (file: MigrationFile) => file.name,
      getMigration: (file: MigrationFile) =>
        Promise.resolve({
          up: (db: Knex) => runScript(db, file.name, file.up),
          down: (db: Knex) => runScript(db, file.name, file.down),
        }),
    },
  };
}

/** Runs the SQL as it stands: `knex.raw` would take a question mark for a placeholder. */
async function runScript(db: Knex, name: string, sql: string): Promise<void> {
  const client = (await (db.client as Knex.Client).acquireConnection()) as Client;
  try {
    await client.query(sql);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`Migration ${name} failed: ${message}`, { cause: error });
  }
}

async function readMigrations(directory = path.join(packageRoot, "migrations")): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => parseMigration(name, await readFile(path.join(directory, name), "utf8"))),
  );
}

function parseMigration(name: string, text: string): MigrationFile {
  if (!FILE_NAME.test(name)) {
    throw new Error(`Migration ${name}: the name has to read YYYYMMDD_HHMM_name.sql.`);
  }
  const [head = "", rest] = text.split(/^-- up\s*$/m);
  const [up, down] = rest?.split(/^-- down\s*$/m) ?? [];
  if (!head.startsWith("-- ") || up === undefined || down === undefined) {
    throw new Error(`Migration ${name}: a first line "-- why: …", then "-- up" and "-- down" are needed.`);
  }
  return { name, up, down };
}
