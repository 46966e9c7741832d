/** Looking whose condition is met: at set times, under one lock a letter, once however many workers there are. */
import { HOUR } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { holdPledge, holdPledges, stepPledge } from "../signatures/pledge-service.js";
import { greatestFixedPoint, isMet, type Member } from "./fixed-point.js";
import { mailPledger } from "./mail-service.js";
import { evaluationSlot, isPast, REAFFIRM_HOURS, reaffirmUntil } from "./schedule.js";
import { findReaffirmHours, hasEvaluation, insertCohort, insertEvaluation } from "./store.js";
import {
  candidates,
  firmMembers,
  lettersWithPledges,
  pledgesBeyondTheirDay,
  type Candidate,
} from "./views.js";

/** How long after its end a letter's pledges still stand: until then what came in before it counts (ruling 18). */
const GRACE = 24 * HOUR;

/** Holds everything about a letter's pledges until the transaction ends. Taken before the lock of an organisation. */
export async function holdPledgesOf(
  tx: Ctx,
  letterId: string,
  organisationIds: string[] = [],
): Promise<void> {
  await holdLocks(tx.db, { letter: [`${letterId} pledges`], organisation: organisationIds });
}

/**
 * Which of these pledges hold together with the firm signatures. A pledge in confidence helps nobody else's condition,
 * since nobody will see it; its own is judged by what holds without it.
 */
export function holdTogether(firm: readonly Member[], pledges: readonly Candidate[]): Set<string> {
  const open = pledges.filter(({ visibility }) => visibility === "public");
  const held = greatestFixedPoint(firm, open);
  const all = [...firm, ...open.filter(({ id }) => held.has(id))];
  for (const pledge of pledges) {
    if (pledge.visibility === "confidential" && isMet(pledge, all)) held.add(pledge.id);
  }
  return held;
}

/** Evaluates the pledges of every letter whose set time has come; a tick of the worker. Returns how many were met. */
export async function evaluateDuePledges(ctx: Ctx): Promise<number> {
  let met = 0;
  for (const id of await lettersWithPledges(ctx)) met += await evaluateLetter(ctx, id);
  return met;
}

/**
 * Evaluates a letter's pledges for the set time that is due, once. Those whose conditions are met become a cohort,
 * and each is asked to say yes once more. Returns how many.
 */
export async function evaluateLetter(ctx: Ctx, letterId: string): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdPledgesOf(tx, letterId);
    const letter = await findLetter(tx, letterId);
    const at = tx.clock.now();
    const slot = evaluationSlot(at, letter.closes_at);
    if (!slot || (await hasEvaluation(tx.db, letterId, slot))) return 0;
    const rows = new Map(
      (await holdPledges(tx, letterId, ["standing"]))
        // Who came after the set time waits for the next one, so that nothing shows in the moment of an act.
        .filter((row) => row.accepted_at !== null && row.accepted_at <= slot)
        .filter((row) => !isPast(row.condition_deadline as string | null, at))
        .map((row) => [row.id, row]),
    );
    const firm = await firmMembers(tx, letterId);
    // Those of an open window count as candidates: their conditions were met, and others may be waiting for them.
    const all = (await candidates(tx, letterId, ["standing", "triggered"])).filter(
      ({ id, state }) => state === "triggered" || rows.has(id),
    );
    const held = holdTogether(firm, all);
    const met = [...rows.values()].filter(({ id }) => held.has(id));
    await insertEvaluation(tx.db, {
      letter_id: letterId,
      slot,
      at,
      firm: new Set(firm.map(({ root }) => root)).size,
      considered: all.length,
      met: met.length,
    });
    if (met.length === 0) return 0;
    const until = reaffirmUntil(at, await reaffirmHoursOf(tx, letterId), letter.closes_at);
    const cohort = { id: newId(tx.clock), letter_id: letterId, triggered_at: at, reaffirm_until: until };
    await insertCohort(
      tx.db,
      { ...cohort, settled_at: null },
      met.map(({ id }) => id),
    );
    for (const row of met) {
      const moved = await stepPledge(tx, row, "condition_met");
      await mailPledger(tx, moved, "pledge-met", { occasion: cohort.id, until });
    }
    await record(tx, {
      action: "pledges.met",
      letterId,
      subjectId: cohort.id,
      detail: { count: met.length },
    });
    return met.length;
  });
}

/** How long pledgers of a letter have to say yes once more, in hours. */
export async function reaffirmHoursOf(ctx: Ctx, letterId: string): Promise<number> {
  return (await findReaffirmHours(ctx.db, letterId)) ?? REAFFIRM_HOURS;
}

/** Lets pledges lapse whose day is over, or whose letter is; a tick of the worker. Returns how many. */
export async function lapseOverduePledges(ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  const ids = await pledgesBeyondTheirDay(ctx, {
    today: now.toISOString().slice(0, 10),
    now,
    endedBefore: new Date(now.getTime() - GRACE),
  });
  let lapsed = 0;
  for (const id of ids) {
    lapsed += await transaction(ctx, async (tx) => {
      const row = await holdPledge(tx, id);
      if (row?.state !== "standing") return 0;
      const moved = await stepPledge(tx, row, "lapsed");
      await mailPledger(tx, moved, "pledge-lapsed", { occasion: "deadline", outcome: "deadline" });
      return 1;
    });
  }
  return lapsed;
}
