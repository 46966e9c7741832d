/** The verifier on the database itself: everything the endpoints show, and what only the database knows. */
import type { Ctx } from "../../platform/context.js";
import { findLetter } from "../letters/service.js";
import { requirePermission } from "../team/service.js";
import { EVERYBODY } from "../publication/signatory.js";
import { signatoryList } from "../publication/views.js";
import { lettersWithEvents } from "./event-views.js";
import { leafHash } from "./merkle.js";
import { readKey, type VerifierKey } from "./note.js";
import {
  cosignedCheckpoint,
  logHead,
  readLeaves,
  verifierKeys,
  waitingForLeaves,
  MOST_LEAVES,
  type OpenedLeaf,
} from "./service.js";
import { witnessesOf } from "./witness-service.js";
import { MAY_WAIT_FOR_LEAF, verifyLog, type ListedEntry, type LogCopy, type Verdict } from "./verify.js";
import {
  allCheckpoints,
  allCosigned,
  heldEntries,
  leavesBetween,
  storedPairs,
  wrongPersonalFields,
  type LogHead,
} from "./views.js";

/**
 * Works out a letter's log anew from the database and compares it with the public list; the lines of the witnesses that
 * are given, or that the settings name, are checked too. Throws not_found without a log.
 */
export async function verifyLetterLog(
  ctx: Ctx,
  slugOrId: string,
  given: { against?: string | undefined; witnesses?: readonly VerifierKey[] | undefined } = {},
): Promise<Verdict> {
  requirePermission(ctx, "letters:read");
  const letter = await findLetter(ctx, slugOrId);
  const head = await logHead(ctx, letter.id);
  const copy = await copyOf(ctx, letter.id, head);
  const verdict = verifyLog({ ...copy, witnesses: given.witnesses ?? witnessesOf(ctx) }, given.against);
  for (const { position, hash, leaf } of await leavesBetween(ctx, letter.id, 0, head.size)) {
    if (leafHash(Buffer.from(leaf, "utf8")).equals(hash)) continue;
    const sentence = `Leaf ${position} no longer has the hash that is kept beside it.`;
    verdict.discrepancies.push({ code: "root", row: `leaf ${position}`, sentence });
  }
  for (const { position, field } of await wrongPersonalFields(ctx, letter.id)) {
    const sentence = `Leaf ${position} was not made of the ${field} that the signature has now.`;
    verdict.discrepancies.push({ code: "commitment", row: `leaf ${position}, ${field}`, sentence });
  }
  return verdict;
}

async function copyOf(ctx: Ctx, letterId: string, head: LogHead): Promise<LogCopy> {
  const leaves: OpenedLeaf[] = [];
  for (let start = 0; start < head.size; start += MOST_LEAVES) {
    leaves.push(...(await readLeaves(ctx, letterId, head, start, start + MOST_LEAVES)));
  }
  const keys = await verifierKeys(ctx, head.origin);
  const { n, since } = await waitingForLeaves(ctx, letterId);
  return {
    keys: keys.flatMap((word) => readKey(word) ?? []),
    checkpoint: await cosignedCheckpoint(ctx, letterId),
    earlier: [...(await allCheckpoints(ctx, letterId)), ...(await allCosigned(ctx, letterId))],
    leaves,
    listed: await listedEntries(ctx, letterId),
    pairs: await storedPairs(ctx, letterId),
    waiting: waitsLawfully(ctx, since) ? n : 0,
  };
}

function waitsLawfully(ctx: Ctx, since: Date | undefined): boolean {
  return since !== undefined && ctx.clock.now().getTime() - since.getTime() < MAY_WAIT_FOR_LEAF;
}

/** What the list shows; an entry held until the launch is on it before the worker publishes it and makes its leaf. */
async function listedEntries(ctx: Ctx, letterId: string): Promise<ListedEntry[]> {
  const { items } = await signatoryList(ctx, { ...EVERYBODY, letterId });
  const held = await heldEntries(ctx, letterId);
  const isHeld = (item: (typeof items)[number]) =>
    held.some(
      ({ name, signedAt }) => name === item.organisation && signedAt.getTime() === item.signedAt.getTime(),
    );
  const awaited = items.filter((item) => !isHeld(item));
  return awaited.map((item) => ({
    organisation: item.organisation,
    country: item.country,
    sector: item.sector,
    state: item.withdrawnAt ? "withdrawn" : "published",
    signed: item.signedAt.toISOString(),
    withdrew: item.withdrawnAt?.toISOString() ?? null,
  }));
}

/** How many events wait for the integrator, by letter. */
export async function logBacklog(ctx: Ctx): Promise<{ letterId: string; since: Date; n: number }[]> {
  requirePermission(ctx, "letters:read");
  return lettersWithEvents(ctx);
}
