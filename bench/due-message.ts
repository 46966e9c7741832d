import { claimDueMessages } from "../src/domain/mail/store.js";
import { newId } from "../src/platform/ids.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { perSecond, type Figure } from "./figure.js";

const FINISHED = 1_000_000;
const SECONDS = 3;

/**
 * Finding and claiming the one message that is due among a million that are finished, beside reading a row by its
 * primary key from the same table. Stops with an error where the claim takes more than 5 ms (and twice such a read), or
 * does not use its index.
 */
export async function dueMessage(): Promise<Figure> {
  return withBenchApp(async (app) => {
    await fill(app);
    const ids: string[] = await app.db("messages").where({ state: "queued" }).pluck("id");
    const id = ids[0] ?? "";
    const plan = await planOfClaim(app);
    if (!plan.includes("messages_due_idx")) throw new Error(`the claim does not use its index:\n${plan}`);
    const ours = await perSecond(SECONDS, () => claimOnce(app));
    const bare = await perSecond(SECONDS, async () => {
      await app.db.transaction((trx) => trx("messages").where({ id }).first());
      return 1;
    });
    // On a machine that takes as long for one row by its key, the number says nothing about the claim.
    if (ours < 200 && ours < bare / 2)
      throw new Error(`claiming a due message takes ${(1000 / ours).toFixed(1)} ms, not 5`);
    return {
      what: `claiming the one due message among ${FINISHED.toLocaleString("en")} finished ones`,
      unit: "claims",
      ours,
      bare,
      against: "reading one message by its primary key in a transaction",
    };
  });
}

/** Claims inside a transaction that is taken back, so that the message is due again. */
async function claimOnce(app: BenchApp): Promise<number> {
  const trx = await app.db.transaction();
  const now = app.clock.now();
  const rows = await claimDueMessages(trx, {
    token: newId(app.clock),
    now,
    leaseUntil: now,
    limit: 100,
    workerId: null,
  });
  await trx.rollback();
  if (rows.length !== 1) throw new Error(`${rows.length} messages were due instead of one`);
  return rows.length;
}

async function planOfClaim(app: BenchApp): Promise<string> {
  const result = await app.db.raw<{ rows: Record<string, string>[] }>(
    `explain select id from messages where state = 'queued' and held_reason is null and due_at <= ?
     order by due_at, id limit 100 for update skip locked`,
    [app.clock.now()],
  );
  return result.rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** A million mails that went out over the last years, and one that is due. */
async function fill(app: BenchApp): Promise<void> {
  await app.db.raw(
    `insert into messages (id, purpose, send_key, template, language, to_email, address_hash, message_id, state, due_at,
       expires_at, body_hash, sending_at, finished_at, created_at)
     select gen_random_uuid(), 'transactional', 'bench ' || n, 'outreach', 'en', 'p' || n || '@d' || n % 5000 || '.example',
       sha256(('a' || n)::bytea), '<bench' || n || '@forum.example>', case when n = 0 then 'queued' else 'sent' end, v.at,
       v.at + interval '3 days', sha256('x'), v.at, v.at, v.at
     from generate_series(0, ?::integer) n, lateral (select ?::timestamptz - n * interval '1 minute' as at) v`,
    [FINISHED, app.clock.now()],
  );
  await app.db.raw("analyze messages");
}
