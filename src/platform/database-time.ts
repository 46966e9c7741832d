import type { Clock } from "./clock.js";
import { transaction, type Ctx } from "./context.js";
import type { Db } from "./db.js";

/**
 * A transaction in which the time stands still at the database's own: machines that share it can't disagree about
 * leases, due times and caps. A clock that a test has put there stays as it is.
 */
export async function timedTransaction<T>(ctx: Ctx, work: (tx: Ctx) => Promise<T>): Promise<T> {
  return transaction(ctx, async (tx) => work({ ...tx, clock: await databaseClock(tx.clock, tx.db) }));
}

async function databaseClock(clock: Clock, db: Db): Promise<Clock> {
  if (!clock.isSystem) return clock;
  const answer = await db.raw<{ rows: { at: Date }[] }>("select clock_timestamp() as at");
  const at = answer.rows[0]?.at;
  if (!at) throw new Error("the database does not say what time it is");
  return { now: () => at };
}
