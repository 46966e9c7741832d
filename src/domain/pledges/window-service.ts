/** The window in which pledgers say yes once more, and its end: what still holds becomes public together. */
import { transaction, type Ctx } from "../../platform/context.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import {
  holdFirm,
  holdPledge,
  holdPledges,
  makeSignature,
  stepPledge,
} from "../signatures/pledge-service.js";
import { holdPledgesOf, holdTogether } from "./evaluation-service.js";
import { mailPledger, type PledgeRow } from "./mail-service.js";
import type { Outcome } from "./outcome.js";
import { reminderAt } from "./schedule.js";
import {
  listEndedCohorts,
  listMembers,
  listUnreminded,
  lockCohort,
  setOutcome,
  setReminded,
  setSettled,
  type MemberRow,
} from "./store.js";
import { candidates, firmMembers } from "./views.js";

/** Letters in which nothing is published any more, whatever was pledged. */
const DEAD: ReadonlySet<string> = new Set(["withdrawn_by_sponsor", "removed", "rejected"]);

/** Reminds, half-way through the window, those who have not answered; a tick of the worker. Returns how many. */
export async function remindPledgers(ctx: Ctx): Promise<number> {
  const at = ctx.clock.now();
  const due = (await listUnreminded(ctx.db, at)).filter(
    (each) => reminderAt(each.triggered_at, each.reaffirm_until) <= at,
  );
  let reminded = 0;
  for (const { id, signature_id, reaffirm_until } of due) {
    reminded += await transaction(ctx, async (tx) => {
      const row = await holdPledge(tx, signature_id);
      if (!(await setReminded(tx.db, id, signature_id, at)) || row?.state !== "triggered") return 0;
      await mailPledger(tx, row, "pledge-reminder", { occasion: id, until: reaffirm_until });
      return 1;
    });
  }
  return reminded;
}

/** Settles every cohort whose window is over; a tick of the worker. Returns how many pledges that moved. */
export async function settleEndedWindows(ctx: Ctx): Promise<number> {
  let moved = 0;
  for (const { id, letter_id } of await listEndedCohorts(ctx.db, ctx.clock.now())) {
    moved += await settleWindow(ctx, id, letter_id);
  }
  return moved;
}

/**
 * Settles one cohort, once: what still holds among the firm signatures and those of the cohort who said yes becomes a
 * signature, all in this transaction; who said yes and no longer holds stands again; who was silent lapses. Waits while
 * signing is paused. Withdrawals of firm signatures come before it or after it. Returns how many pledges moved.
 */
async function settleWindow(ctx: Ctx, cohortId: string, letterId: string): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdPledgesOf(tx, letterId);
    const cohort = await lockCohort(tx.db, cohortId);
    const letter = await findLetter(tx, letterId);
    if (!cohort || cohort.settled_at || letter.state === "paused") return 0;
    await holdFirm(tx, letterId);
    const rows = new Map((await holdPledges(tx, letterId, ["triggered"])).map((row) => [row.id, row]));
    const members = (await listMembers(tx.db, cohortId)).filter(({ outcome }) => outcome === null);
    const yes = new Set(
      members.filter((member) => member.reaffirmed_at !== null).map((member) => member.signature_id),
    );
    const reaffirmed = (await candidates(tx, letterId, ["triggered"])).filter(({ id }) => yes.has(id));
    const held = DEAD.has(letter.state)
      ? new Set<string>()
      : holdTogether(await firmMembers(tx, letterId), reaffirmed);
    const outcomes = new Map<Outcome, number>();
    for (const member of members) {
      const row = rows.get(member.signature_id);
      const outcome = outcomeOf(member, row, held, DEAD.has(letter.state));
      if (row) await bringAbout(tx, row, outcome, { cohortId, letterState: letter.state });
      await setOutcome(tx.db, member, outcome);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    await setSettled(tx.db, cohortId, tx.clock.now());
    await record(tx, {
      action: "pledges.settled",
      letterId,
      subjectId: cohortId,
      detail: Object.fromEntries(outcomes),
    });
    return members.length;
  });
}

function outcomeOf(
  member: MemberRow,
  row: PledgeRow | undefined,
  held: ReadonlySet<string>,
  isDead: boolean,
): Outcome {
  if (!row) return "left";
  if (held.has(row.id)) return "activated";
  return member.reaffirmed_at && !isDead ? "set_back" : "lapsed";
}

async function bringAbout(
  tx: Ctx,
  row: PledgeRow,
  outcome: Outcome,
  { cohortId, letterState }: { cohortId: string; letterState: string },
): Promise<void> {
  if (outcome === "activated") {
    const signed = await makeSignature(tx, row, "activated", letterState);
    await mailPledger(tx, signed, "pledge-activated", { occasion: cohortId });
  } else if (outcome === "set_back") {
    const back = await stepPledge(tx, row, "set_back");
    await mailPledger(tx, back, "pledge-set-back", { occasion: cohortId });
  } else if (outcome === "lapsed") {
    const lapsed = await stepPledge(tx, row, "lapsed");
    await mailPledger(tx, lapsed, "pledge-lapsed", { occasion: cohortId, outcome: "silent" });
  }
}
