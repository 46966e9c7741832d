/** What happens to enrolments by itself: holds that are over let go, and those whose stop rules hold already end. */
import { as, transaction, type Ctx } from "../../platform/context.js";
import { cancelEnrolmentMessages } from "../mail/holding-service.js";
import { letGoOf, resumeOutreach } from "./hold-service.js";
import { listDueHolds } from "./hold-store.js";
import { listResumable, listStoppable } from "./enrolment-views.js";
import { stopReason } from "./mailing.js";
import { finishEnrolments, lockEnrolments } from "./store.js";

const AT_A_TIME = 200;

/** Ends holds past their date, and lets enrolments go on whose pause is over. Returns how many of both. */
export async function releaseDueHolds(ctx: Ctx): Promise<number> {
  const system = as(ctx, { kind: "system", name: "outreach" });
  const due = await listDueHolds(ctx.db, ctx.clock.now(), AT_A_TIME);
  for (const hold of due) await resumeOutreach(system, { scope: hold.scope, subject_id: hold.subject_id });
  const resumable = await listResumable(ctx, AT_A_TIME);
  if (resumable.length === 0) return due.length;
  return due.length + (await transaction(ctx, (tx) => letGoOf(tx, resumable)));
}

/**
 * Ends enrolments that a stop rule holds back already, so that lists tell the truth before the next mail is due; the
 * commit point would have stopped that mail all the same. Returns how many ended.
 */
export async function endStoppedEnrolments(ctx: Ctx): Promise<number> {
  const found = await listStoppable(ctx, AT_A_TIME);
  if (found.length === 0) return 0;
  return transaction(ctx, async (tx) => {
    const locked = await lockEnrolments(
      tx.db,
      found.map(({ id }) => id),
    );
    const live = new Set(locked.filter((row) => row.state !== "finished").map((row) => row.id));
    const ends = found.flatMap(({ id, facts, rules }) => {
      const answeredByOther = facts.answeredByOther && rules.colleague_ends !== false;
      const open = facts.letterState === "paused" ? "open" : facts.letterState;
      const reason = stopReason({ ...facts, letterState: open, answeredByOther });
      return live.has(id) && reason ? [{ id, reason }] : [];
    });
    await cancelEnrolmentMessages(tx, ends);
    await finishEnrolments(tx.db, ends, tx.clock.now());
    return ends.length;
  });
}
