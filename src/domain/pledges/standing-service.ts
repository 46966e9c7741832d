/** The page of who pledged: what the pledge waits for, and what its signatory may do about it. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { holdLink, openLink } from "../links/service.js";
import { holdPledge, makeSignature, pledgeById, stepPledge } from "../signatures/pledge-service.js";
import { organisationOf } from "../signatures/signature.js";
import { record } from "../activity/service.js";
import { holdPledgesOf, reaffirmHoursOf } from "./evaluation-service.js";
import type { PledgeRow } from "./mail-service.js";
import { nextEvaluation } from "./schedule.js";
import { openCohortOf, setReaffirmed } from "./store.js";
import { pinnedPeers, publicCount, publishedBands } from "./views.js";

/** What a pledge may be asked for by its signatory. */
export const PLEDGE_ACTS = ["reaffirm", "sign", "retract"] as const;

/** One of the three. */
export type PledgeAct = (typeof PLEDGE_ACTS)[number];

/** A pledge as its signatory meets it. */
export interface Standing {
  letter: LetterToAnswer;
  pledge: PledgeRow;
  /** How many groups have signed in public among whom it waits, as anybody can count them; of its own group none. */
  signed: number;
  /** The band that the public is told of those who are ready to sign; 0 for none. */
  ready: number;
  peers: { name: string; value: number; asOf: string; source: string }[];
  /** While its condition is met: until when its signatory may say yes once more, and whether that was done. */
  window: { until: Date; reaffirmed: boolean } | undefined;
  nextLook: Date | undefined;
  reaffirmHours: number;
  acts: PledgeAct[];
}

/**
 * Opens the page behind a signatory's link; changes nothing. It tells what everybody can know and what the pledger said,
 * never how many others pledged. Throws not_found for an unknown secret and for a signature that was never a pledge.
 */
export async function openPledge(ctx: Ctx, token: string): Promise<Standing> {
  const { link, verdict } = await openLink(ctx, "manage", token);
  const pledge = verdict === "usable" ? await pledgeById(ctx, link.subjectId) : undefined;
  if (!pledge?.condition_class) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, pledge.letter_id, pledge.language);
  const cohort = pledge.state === "triggered" ? await openCohortOf(ctx.db, pledge.id) : undefined;
  const reaffirmed = cohort !== undefined && cohort.reaffirmed_at !== null;
  return {
    letter,
    pledge,
    signed: await publicCount(ctx, pledge.letter_id, {
      class: pledge.condition_class,
      sector: pledge.sector,
      country: pledge.country,
      organisationId: organisationOf(pledge),
      id: pledge.id,
    }),
    ready: (await publishedBands(ctx, pledge.letter_id)).pledge?.all ?? 0,
    peers: pledge.condition_class === "ten_largest" ? await pinnedPeers(ctx, pledge.id) : [],
    window: cohort && { until: cohort.reaffirm_until, reaffirmed },
    nextLook: pledge.state === "standing" ? nextEvaluation(ctx.clock.now(), letter.closesAt) : undefined,
    reaffirmHours: await reaffirmHoursOf(ctx, pledge.letter_id),
    acts: PLEDGE_ACTS.filter((act) => mayAct(ctx, act, pledge, letter, cohort)),
  };
}

interface Window {
  reaffirm_until: Date;
  reaffirmed_at: Date | null;
}

function mayAct(
  ctx: Ctx,
  act: PledgeAct,
  pledge: PledgeRow,
  letter: LetterToAnswer,
  window: Window | undefined,
): boolean {
  if (pledge.kind !== "pledge" || (pledge.state !== "standing" && pledge.state !== "triggered")) return false;
  const at = ctx.clock.now();
  if (act === "retract") return true;
  if (act === "reaffirm") return Boolean(window && !window.reaffirmed_at && at < window.reaffirm_until);
  const takes = letter.state === "open" || letter.state === "gathering";
  return takes && (!letter.closesAt || at < letter.closesAt);
}

/**
 * Does what a pledger asks for: says yes once more, signs without waiting, or takes the pledge back. Asking again for
 * what is done already changes nothing. Throws conflict where it can no longer be done, gone for an ended link.
 */
export async function actOnPledge(ctx: Ctx, token: string, act: PledgeAct): Promise<void> {
  const seen = await openPledge(ctx, token);
  await transaction(ctx, async (tx) => {
    await holdPledgesOf(tx, seen.pledge.letter_id, [organisationOf(seen.pledge)]);
    const { link } = await holdLink(tx, "manage", token);
    const pledge = await holdPledge(tx, link.subjectId);
    if (!pledge) throw notFound("link.unknown");
    const window = await openCohortOf(tx.db, pledge.id);
    if (isDone(act, pledge, window)) return;
    const letter = await letterToAnswer(tx, pledge.letter_id, pledge.language);
    if (!mayAct(tx, act, pledge, letter, window)) throw conflict(`pledges.too_late_to_${act}`);
    if (act === "retract") await stepPledge(tx, pledge, "retracted");
    else if (act === "sign") await makeSignature(tx, pledge, "signed_now", letter.state);
    else if (window) {
      await setReaffirmed(tx.db, window.id, pledge.id, tx.clock.now());
      await record(tx, {
        action: "pledge.reaffirmed",
        letterId: pledge.letter_id,
        organisationId: organisationOf(pledge),
        subjectId: pledge.id,
      });
    }
  });
}

function isDone(act: PledgeAct, pledge: PledgeRow, window: Window | undefined): boolean {
  if (act === "retract") return pledge.state === "retracted";
  if (act === "sign") return pledge.kind === "signature";
  return pledge.kind === "signature" || Boolean(window?.reaffirmed_at);
}
