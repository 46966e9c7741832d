import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readLanes, type LaneQuery } from "../../../src/domain/mail/cap-store.js";
import type { Knex } from "knex";
import { claimDueMessages } from "../../../src/domain/mail/store.js";
import { pacingFacts } from "../../../src/domain/outreach/pacing-views.js";
import { DAY, MINUTE } from "../../../src/platform/clock.js";
import type { Db } from "../../../src/platform/db.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing } from "../../support/mailing.js";

let app: TestApp;
const COPIES = 20_000;

beforeAll(async () => {
  app = await testApp();
  const letter = await aLetter(app);
  await aMailing(await staffCtx(app), letter, [await aContact(app), await aContact(app)]);
  await app.database.adminDb.raw("set session_replication_role = replica");
  await manyCopies();
});
afterAll(() => app.close());

/** Copies of one message: most went out over the last months, some wait for room under a cap. */
async function manyCopies(): Promise<void> {
  await app.database.adminDb.raw(
    `insert into messages (id, purpose, send_key, template, language, letter_id, organisation_id, contact_id, enrolment_id,
       step_id, to_email, address_hash, message_id, state, state_reason, due_at, expires_at, body_hash, sending_at, created_at)
     select gen_random_uuid(), 'outreach', 'old ' || n, 'outreach', 'en', letter_id, organisation_id, contact_id, enrolment_id,
       gen_random_uuid(), 'p' || n || '@d' || n % 2000 || '.example', sha256(('a' || n)::bytea), '<old' || n || '@x.example>',
       case when waits then 'queued' else 'sent' end, case when waits then 'cap' end, at, at, sha256('x'),
       case when not waits then at end, created_at
     from (select * from messages limit 1) one, generate_series(1, ?::integer) n, lateral (select n % 5 = 0 as waits) w,
       lateral (select ?::timestamptz + case when waits then n else -n end * interval '5 minutes' as at) v`,
    [COPIES, app.clock.now()],
  );
  await app.database.adminDb.raw("analyze messages");
}

/** The plans of the statements that a piece of work runs, as PostgreSQL tells them; nothing is changed. */
async function planOf(work: (db: Db) => Promise<unknown>): Promise<string> {
  const statements: { sql: string; bindings: Knex.RawBinding[] }[] = [];
  const note = (sql: string, bindings: Knex.RawBinding[]) => {
    statements.push({ sql, bindings });
    return Promise.resolve({ rows: [] });
  };
  await work({ raw: note } as unknown as Db);
  const plans = await Promise.all(
    statements.map(({ sql, bindings }) =>
      app.db.raw<{ rows: Record<string, string>[] }>(`explain ${sql}`, bindings),
    ),
  );
  return plans.flatMap(({ rows }) => rows.map((row) => row["QUERY PLAN"])).join("\n");
}

function lane(change: Partial<LaneQuery>): LaneQuery {
  const after = new Date(app.clock.now().getTime() - DAY);
  return {
    lane: "x",
    mailbox: null,
    settings: false,
    domain: null,
    after,
    lasting: true,
    newest: 500,
    ...change,
  };
}

describe("the index rule", () => {
  test("a due message among many that are finished is found by its index", async () => {
    const now = app.clock.now();
    const claim = { token: newId(app.clock), now, leaseUntil: now, limit: 100, workerId: null };
    const plan = await planOf((db) => claimDueMessages(db, claim));
    expect(plan).toContain("messages_due_idx");
    expect(plan).not.toContain("Seq Scan on messages");
  });

  test("what counts against the caps of a mailbox or a domain is found by index, as is what waits", async () => {
    const lanes = [
      lane({ mailbox: newId(app.clock), settings: true }),
      lane({ domain: "d7.example", lasting: false, after: new Date(app.clock.now().getTime() - MINUTE) }),
    ];
    const plan = await planOf((db) => readLanes(db, lanes, app.clock.now()));
    for (const index of [
      "messages_mailbox_sent_idx",
      "messages_domain_sent_idx",
      "messages_cap_domain_idx",
    ]) {
      expect(plan).toContain(index);
    }
    expect(plan).not.toContain("Seq Scan on messages");
  });

  test("the last mail to an address is found by its index", async () => {
    const plan = await planOf((db) => pacingFacts({ ...app.system, db }, [newId(app.clock)]));
    expect(plan).toContain("messages_address_sent_idx");
    expect(plan).not.toContain("Seq Scan on messages");
  });
});
