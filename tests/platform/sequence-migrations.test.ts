import { copyFile, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import type { Db } from "../../src/platform/db.js";
import { silentLog } from "../../src/platform/log.js";
import { migrate, rollbackAll } from "../../src/platform/migrations.js";
import { testDatabase } from "../support/database.js";

const test = await testDatabase({ empty: true });
const FIRST = "20261125_1300";
let before = "";
let all: string[] = [];

beforeAll(async () => {
  all = (await readdir(path.join(packageRoot, "migrations"))).sort();
  before = await folder(all.filter((name) => name < FIRST));
});
afterAll(async () => {
  await rollbackAll(test.ownerUrl);
  await test.close();
  await rm(before, { recursive: true });
});

/** A folder of some migrations, so that the schema can be brought to the point before others. */
async function folder(names: readonly string[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "countersign-sequences-"));
  for (const name of names) {
    await copyFile(path.join(packageRoot, "migrations", name), path.join(directory, name));
  }
  return directory;
}

const AT = "2027-03-01T09:00:00Z";
const id = (n: number): string => `01890a5d-ac96-774b-bcce-${n.toString().padStart(12, "0")}`;

/** A mailing with words in two languages, with everybody at another point of it. */
async function oldRows(db: Db): Promise<void> {
  await db("letters").insert({
    id: id(1),
    slug: "orbit",
    state: "open",
    default_language: "en",
    sponsor_name: "Forum",
    sponsor_address: "Lisbon",
    sponsor_email: "a@b.example",
    created_at: AT,
  });
  await db("organisations").insert({
    id: id(2),
    name: "Vesta",
    name_key: "vesta",
    created_at: AT,
    updated_at: AT,
  });
  await db("sequences").insert({
    id: id(3),
    letter_id: id(1),
    name: "First",
    state: "queued",
    created_at: AT,
  });
  const step = { sequence_id: id(3), position: 1, step_key: "one-off" };
  await db("steps").insert([
    { ...step, id: id(4), subject: "Hello", body_md: "Words", language: "en" },
    { ...step, id: id(5), subject: "Bonjour", body_md: "Mots", language: "fr" },
  ]);
  const states: [string, string | null][] = [
    ["active", null],
    ["pending", "approval"],
    ["finished", "completed"],
    ["finished", "mailing_stopped"],
    ["finished", "answered"],
    ["paused", "out_of_office"],
  ];
  for (const [n, [state, reason]] of states.entries()) {
    const email = `p${n}@vesta.example`;
    await db("contacts").insert({
      id: id(10 + n),
      organisation_id: id(2),
      email,
      address_hash: Buffer.alloc(32, n),
      lawful_basis: "consent",
      source: "x",
      source_at: AT,
      created_at: AT,
      updated_at: AT,
    });
    await db("enrolments").insert({
      id: id(20 + n),
      sequence_id: id(3),
      contact_id: id(10 + n),
      state,
      state_reason: reason,
      created_at: AT,
      finished_at: state === "finished" ? AT : null,
    });
    await db("messages").insert({
      id: id(30 + n),
      purpose: "outreach",
      send_key: `k${n}`,
      template: "outreach",
      language: n === 1 ? "fr" : "en",
      letter_id: id(1),
      organisation_id: id(2),
      contact_id: id(10 + n),
      enrolment_id: id(20 + n),
      step_id: n === 1 ? id(5) : id(4),
      to_email: email,
      address_hash: Buffer.alloc(32, n),
      message_id: `<${n}@forum.example>`,
      state: "queued",
      due_at: AT,
      expires_at: AT,
      created_at: AT,
    });
  }
}

it("mailings that were there before keep their words, their mails and their people, forth and back", async () => {
  await migrate(test.ownerUrl, silentLog(), { directory: before });
  await oldRows(test.ownerDb);
  await migrate(test.ownerUrl, silentLog());

  expect(
    await test.ownerDb("template_texts").orderBy("language").select("language", "subject", "body_md"),
  ).toEqual([
    { language: "en", subject: "Hello", body_md: "Words" },
    { language: "fr", subject: "Bonjour", body_md: "Mots" },
  ]);
  expect(await test.ownerDb("steps").select("id", "version", "template_version_id")).toEqual([
    { id: id(4), version: 1, template_version_id: id(4) },
  ]);
  expect(await test.ownerDb("messages").distinct("step_id").pluck("step_id")).toEqual([id(4)]);
  const enrolments = await test
    .ownerDb("enrolments")
    .orderBy("id")
    .select("kind", "language", "state_reason");
  expect(enrolments).toEqual(
    [null, "approval", "completed", "removed", "org_replied", "out_of_office"].map((reason, n) => ({
      kind: "one_off",
      language: n === 1 ? "fr" : "en",
      state_reason: reason,
    })),
  );

  // A sequence of two versions, which the tables of before had no place for.
  await test.ownerDb("sequence_versions").insert({ sequence_id: id(3), number: 2, created_at: AT });
  await test.ownerDb("steps").insert({
    id: id(6),
    sequence_id: id(3),
    version: 2,
    position: 1,
    step_key: "one-off",
    template_version_id: id(4),
  });
  await test.ownerDb("sequences").update({ kind: "sequence", state: "active" });
  await backTo(test.ownerDb, FIRST);
  expect(
    await test.ownerDb("steps").orderBy("position").select("id", "position", "subject", "language"),
  ).toEqual([
    { id: id(4), position: 1, subject: "Hello", language: "en" },
    { id: id(6), position: 2, subject: "Hello", language: "en" },
  ]);
  expect(await test.ownerDb("sequences").pluck("state")).toEqual(["queued"]);
  expect(await test.ownerDb("messages")).toHaveLength(6);
  expect(await test.ownerDb("enrolments")).toHaveLength(6);
});

/** Takes back every migration from a name on, newest first, by its own way down. */
async function backTo(db: Db, first: string): Promise<void> {
  await db.raw("select before_migrations()");
  for (const name of all.filter((each) => each >= first).reverse()) {
    const text = await readFile(path.join(packageRoot, "migrations", name), "utf8");
    const down = text.split("-- down")[1] ?? "";
    await db.transaction((tx) => tx.raw(down.replaceAll("?", "\\?")));
    await db("knex_migrations").where({ name }).delete();
  }
}
