/** What staff see and set of a letter's pledges. Exact numbers stay here; the public is told bands. */
import type { Ctx } from "../../platform/context.js";
import { transaction } from "../../platform/context.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { requirePermission } from "../team/service.js";
import { BAND_KINDS, type BandKind } from "./band.js";
import { reaffirmHoursCommand } from "./commands.js";
import { holdTogether, reaffirmHoursOf } from "./evaluation-service.js";
import { bandSlot, nextEvaluation } from "./schedule.js";
import { setReaffirmHours } from "./store.js";
import {
  candidates,
  cohortLines,
  firmMembers,
  groupsOf,
  lastEvaluation,
  pledgeLines,
  publishedBands,
  type CohortLine,
  type PledgeLine,
  type PublishedBands,
} from "./views.js";

/** A letter's pledges as staff sees them. */
export interface PledgeDesk {
  letterId: string;
  slug: string;
  pledges: PledgeLine[];
  /** What an evaluation at this moment would find; nothing comes of asking. */
  now: { firm: number; considered: number; met: string[] };
  cohorts: CohortLine[];
  last: { at: Date; firm: number; considered: number; met: number } | undefined;
  nextLook: Date | undefined;
  reaffirmHours: number;
  /** What the public is told, and how many groups there are today; the latter for staff only. */
  bands: Record<BandKind, { told: PublishedBands | null; today: number }>;
  bandsAt: Date;
}

/** Everything about a letter's pledges and its support in confidence, for staff. Throws not_found. */
export async function pledgeDesk(ctx: Ctx, slugOrId: string): Promise<PledgeDesk> {
  requirePermission(ctx, "signatures:read");
  const letter = await findLetter(ctx, slugOrId);
  const told = await publishedBands(ctx, letter.id);
  const today = {} as Record<BandKind, number>;
  for (const kind of BAND_KINDS) today[kind] = (await groupsOf(ctx, letter.id, kind)).length;
  return {
    letterId: letter.id,
    slug: letter.slug,
    pledges: await pledgeLines(ctx, letter.id),
    now: await wouldBeMet(ctx, letter.id),
    cohorts: await cohortLines(ctx, letter.id),
    last: await lastEvaluation(ctx, letter.id),
    nextLook: nextEvaluation(ctx.clock.now(), letter.closes_at),
    reaffirmHours: await reaffirmHoursOf(ctx, letter.id),
    bands: {
      confidential: { told: told.confidential, today: today.confidential },
      pledge: { told: told.pledge, today: today.pledge },
    },
    bandsAt: bandSlot(ctx.clock.now()),
  };
}

async function wouldBeMet(ctx: Ctx, letterId: string): Promise<PledgeDesk["now"]> {
  const firm = await firmMembers(ctx, letterId);
  const all = await candidates(ctx, letterId, ["standing", "triggered"]);
  const held = holdTogether(firm, all);
  const met = all.filter(({ id, state }) => state === "standing" && held.has(id)).map(({ id }) => id);
  return { firm: new Set(firm.map(({ root }) => root)).size, considered: all.length, met };
}

/** Sets how long pledgers of a letter have to say yes once more; open windows stay as they are. Throws invalid. */
export async function changeReaffirmHours(ctx: Ctx, slugOrId: string, input: unknown): Promise<void> {
  requirePermission(ctx, "letters:write");
  const command = parse(reaffirmHoursCommand, input);
  const letter = await findLetter(ctx, slugOrId);
  await transaction(ctx, async (tx) => {
    await setReaffirmHours(tx.db, letter.id, command.reaffirm_hours);
    await record(tx, {
      action: "pledges.window_set",
      letterId: letter.id,
      subjectId: letter.id,
      detail: { hours: command.reaffirm_hours },
    });
  });
}
