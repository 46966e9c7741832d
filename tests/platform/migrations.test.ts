import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Db } from "../../src/platform/db.js";
import { silentLog } from "../../src/platform/log.js";
import {
  grantApplication,
  markedTables,
  migrate,
  pendingMigrations,
  rollbackAll,
} from "../../src/platform/migrations.js";
import { testDatabase } from "../support/database.js";

const test = await testDatabase({ empty: true });
let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "countersign-migrations-"));
});
afterAll(async () => {
  await test.close();
  await rm(directory, { recursive: true });
});

/** Everything that makes up the schema, in an order of its own. */
async function schemaOf(db: Db): Promise<unknown> {
  const queries = {
    columns: `select table_name, column_name, data_type, udt_name, column_default, is_nullable, character_maximum_length
              from information_schema.columns where table_schema = 'public' order by 1, 2`,
    constraints: `select conrelid::regclass::text as "table", conname, pg_get_constraintdef(oid) as definition
                  from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2`,
    indexes:
      "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2",
    triggers:
      'select tgrelid::regclass::text as "table", tgname, pg_get_triggerdef(oid) as definition from pg_trigger where not tgisinternal order by 1, 2',
    functions: `select proname, pg_get_functiondef(oid) as definition from pg_proc
                where pronamespace = 'public'::regnamespace and prokind = 'f' and prolang <> 13 order by 1`,
    comments: `select relname, obj_description(oid, 'pg_class') as comment from pg_class
               where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
  };
  const found: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(queries)) {
    found[name] = (await db.raw<{ rows: unknown[] }>(sql)).rows;
  }
  return found;
}

async function tables(db: Db): Promise<string[]> {
  const found = await db.raw<{ rows: { name: string }[] }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'knex%'",
  );
  return found.rows.map(({ name }) => name);
}

describe("the migrations of this version", () => {
  it("can be taken back to nothing and run again to the same schema", async () => {
    const names = await migrate(test.ownerUrl, silentLog());
    expect(names.length).toBeGreaterThan(0);
    const first = await schemaOf(test.ownerDb);
    await rollbackAll(test.ownerUrl);
    expect(await tables(test.ownerDb)).toEqual([]);
    expect(await migrate(test.ownerUrl, silentLog())).toEqual(names);
    expect(await schemaOf(test.ownerDb)).toEqual(first);
  });

  it("are done once, and a database that lacks one says which", async () => {
    expect(await migrate(test.ownerUrl, silentLog())).toEqual([]);
    expect(await pendingMigrations(test.ownerDb)).toEqual([]);
    const [last] = await test
      .ownerDb("knex_migrations")
      .orderBy("id", "desc")
      .limit(1)
      .pluck<string[]>("name");
    await test.ownerDb("knex_migrations").where({ name: last }).delete();
    expect(await pendingMigrations(test.ownerDb)).toEqual([last]);
    await test.ownerDb("knex_migrations").insert({ name: last, batch: 1 });
  });

  it("name every foreign key and check, and index every foreign key", async () => {
    const bare = await test.ownerDb.raw<{ rows: unknown[] }>(
      `select conrelid::regclass::text as "table", conname from pg_constraint c
       where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
         select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`,
    );
    expect(bare.rows).toEqual([]);
  });
});

describe("a migration file", () => {
  it("is run as it stands, in one transaction, and takes the mark on a table's comment into account", async () => {
    await rollbackAll(test.ownerUrl);
    await writeFile(
      path.join(directory, "20260101_0900_make_things.sql"),
      `-- why: question marks are no placeholders
-- up
create table things (id int, data jsonb, constraint things_check check (not data ? 'x' and 'a?' ~ '\\?'));
comment on table things is 'append-only: only ever added to';
create table kinds (kind text);
comment on table kinds is 'reference: made by migrations';
-- down
drop table kinds;
drop table things;
`,
    );
    const options = { directory, appUrl: test.appUrl };
    expect(await migrate(test.ownerUrl, silentLog(), options)).toEqual(["20260101_0900_make_things.sql"]);
    await test.db("things").insert({ id: 1, data: "{}" });
    await expect(test.db("things").update({ id: 2 })).rejects.toMatchObject({ code: "42501" });
    expect(await markedTables(test.db, "reference")).toEqual(["kinds"]);
    await grantApplication(test.ownerDb, new URL(test.ownerUrl).username);
    await test.ownerDb("things").update({ id: 3 });
  });

  it("that fails leaves nothing of itself, and its name in the error", async () => {
    const file = path.join(directory, "20260102_0900_break.sql");
    await writeFile(
      file,
      "-- why: a mistake\n-- up\ncreate table halves (id int);\nselect 1/0;\n-- down\ndrop table halves;\n",
    );
    await expect(migrate(test.ownerUrl, silentLog(), { directory })).rejects.toThrow(
      "Migration 20260102_0900_break.sql failed: division by zero",
    );
    expect(await tables(test.ownerDb)).not.toContain("halves");
    await rm(file);
  });

  it("without its sections or with another name is refused", async () => {
    const file = path.join(directory, "20260103_0900_bare.sql");
    await writeFile(file, "create table x (id int);");
    await expect(pendingMigrations(test.db, { directory })).rejects.toThrow("a first line");
    await rm(file);
    await writeFile(path.join(directory, "next.sql"), "");
    await expect(pendingMigrations(test.db, { directory })).rejects.toThrow("YYYYMMDD_HHMM_name.sql");
    await rm(path.join(directory, "next.sql"));
  });

  it("is run once when several processes start at the same time, even after one was killed half-way", async () => {
    await rollbackAll(test.ownerUrl, { directory });
    await test.ownerDb("knex_migrations_lock").update({ is_locked: 1 });
    const runs = await Promise.all([1, 2, 3].map(() => migrate(test.ownerUrl, silentLog(), { directory })));
    expect(runs.flat()).toEqual(["20260101_0900_make_things.sql"]);
  });
});
