import { Writable } from "node:stream";
import { afterAll, describe, expect, it } from "@jest/globals";
import { checkServer, closeDb, connect, isDatabaseDown, mapConstraint } from "../../src/platform/db.js";
import { conflict } from "../../src/platform/errors.js";
import { createLog, silentLog } from "../../src/platform/log.js";
import { testDatabase } from "../support/database.js";

const test = await testDatabase();
afterAll(() => test.close());

/** The error that a promise ends with. */
async function refusal(work: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(work).then(
    () => "nothing was refused",
    (error: unknown) => error,
  );
}

async function oneRow(sql: string): Promise<unknown> {
  const answer = await test.db.raw<{ rows: unknown[] }>(sql);
  return answer.rows[0];
}

describe("values from the database", () => {
  it("keeps counts exact, days without a time zone, and sums as they stand", async () => {
    expect(
      await oneRow(`select count(*) as n, 9007199254740993::int8 as big, 12.50::numeric as sum,
                           date '2026-03-29' as day, array[date '2026-03-29'] as days, array[1,2]::int8[] as counts,
                           timestamptz '2026-11-23 12:00:00+01' as at from generate_series(1, 3)`),
    ).toEqual({
      n: 3,
      big: "9007199254740993",
      sum: "12.50",
      day: "2026-03-29",
      days: ["2026-03-29"],
      counts: [1, 2],
      at: new Date("2026-11-23T11:00:00Z"),
    });
  });
});

describe("a refused row", () => {
  it("does not show its values in the log", async () => {
    await test.ownerDb.raw("create table people (email text constraint people_email_key unique)");
    const row = { email: "ada@example.org" };
    await test.db("people").insert(row);
    const error = await refusal(test.db("people").insert(row));
    let written = "";
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString();
        done();
      },
    });
    createLog("info", destination).error({ err: error }, "a row was refused");
    expect(written).toContain("people_email_key");
    expect(written).not.toContain("ada@");
  });

  it("turns into the error that the caller means", async () => {
    await test.ownerDb.raw(
      "create table slugs (slug text not null); create unique index slugs_slug_idx on slugs (slug)",
    );
    await test.db("slugs").insert({ slug: "a" });
    const error = await refusal(test.db("slugs").insert({ slug: "a" }));
    expect(String(error)).toContain("values ($1)");
    const taken = conflict("letter.slug_taken");
    expect(mapConstraint(error, { slugs_slug_idx: taken })).toBe(taken);
    expect(mapConstraint(error, { other_idx: taken })).toBe(error);
    expect(isDatabaseDown(error)).toBe(false);
  });
});

describe("the application's role", () => {
  it("owns nothing, makes nothing and changes no schema", async () => {
    for (const sql of [
      "create table mine (id int)",
      "drop table letters",
      "alter table letters add column x int",
      "truncate letters",
      "create temporary table t (id int)",
      "insert into knex_migrations (name) values ('x')",
      "create role other",
    ]) {
      expect(await refusal(test.db.raw(sql))).toMatchObject({ code: "42501" });
    }
    expect(
      await oneRow("select count(*) as n from pg_class where pg_get_userbyid(relowner) = current_user"),
    ).toEqual({ n: 0 });
  });

  it("can add to append-only tables, and neither change nor delete what is in them", async () => {
    for (const sql of ["update activity set at = at", "delete from activity", "truncate activity"]) {
      expect(await refusal(test.db.raw(sql))).toMatchObject({ code: "42501" });
    }
    expect(
      await oneRow(
        "select has_table_privilege('activity', 'insert') as i, has_table_privilege('activity', 'select') as s",
      ),
    ).toEqual({ i: true, s: true });
  });
});

describe("a database that is not there", () => {
  it("is told apart from a query that is wrong", async () => {
    const nowhere = connect("postgres://a:b@127.0.0.1:1/c", { log: silentLog() });
    const error = await refusal(nowhere.raw("select 1"));
    await closeDb(nowhere);
    expect(isDatabaseDown(error)).toBe(true);
    expect(String(error)).toContain("ECONNREFUSED");
    expect(isDatabaseDown(await refusal(test.db.raw("selec 1")))).toBe(false);
  });

  it("loses idle connections without ending the process, and answers again", async () => {
    const lone = connect(test.appUrl, { log: silentLog(), max: 2, applicationName: "lone" });
    await lone.raw("select 1");
    await test.ownerDb.raw("select 1");
    const killed = await test.adminDb.raw<{ rows: unknown[] }>(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'lone'",
    );
    expect(killed.rows).toHaveLength(1);
    const answer = await lone.raw<{ rows: unknown[] }>("select 2 as n");
    expect(answer.rows).toEqual([{ n: 2 }]);
    await closeDb(lone);
  });
});

describe("a server that may forget", () => {
  it("is refused unless a test accepts it", async () => {
    await expect(checkServer(test.db, { unsafe: true })).resolves.toBeUndefined();
    await test.db.transaction(async (tx) => {
      await tx.raw("set local synchronous_commit = off");
      await expect(checkServer(tx, { unsafe: false })).rejects.toThrow("synchronous_commit off");
    });
  });
});

describe("cleaning between tests", () => {
  it("empties what tests filled, append-only tables too", async () => {
    await test.db("slugs").insert({ slug: "b" });
    await test.clean();
    expect(await oneRow("select count(*) as n from slugs")).toEqual({ n: 0 });
  });
});
