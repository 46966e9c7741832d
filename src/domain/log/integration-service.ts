/**
 * The integrator: makes leaves of what became public, one letter at a time and alone (an advisory lock), and signs the
 * head after each batch. It looks for events that lack a leaf and keeps no cursor, so nothing in flight is missed.
 */
import { randomBytes } from "node:crypto";
import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import type { Logbook } from "../../platform/logbook.js";
import { findLetter } from "../letters/service.js";
import { requirePermission } from "../team/service.js";
import { replayErasures } from "./erasure-service.js";
import { lettersWithEvents, pendingEvents, signatureFacts } from "./event-views.js";
import type { PendingEvent, SignatureFacts } from "./event-views.js";
import { signatureEvent } from "./event.js";
import { growTree } from "./growth.js";
import { commitment, encodeLeaf, PERSONAL_FIELDS, PUBLIC_FIELDS } from "./leaf.js";
import type { CommittedField, Commitments, Leaf } from "./leaf.js";
import { foldRange, leafHash, nodesOf, type Hash } from "./merkle.js";
import { rawPublicKey, signHead } from "./note.js";
import { countLeaves, ensureOrigin, findEntries, holdLog, insertCheckpoint } from "./store.js";
import {
  insertLeaves,
  isKeyKnown,
  newestCheckpoint,
  readNodes,
  type LeafRow,
  type SaltRow,
} from "./store.js";
import { logsToSignAgain } from "./views.js";

/** Leaves made in one transaction. */
const BATCH = 2000;
const SALT_BYTES = 32;
/** A head that nothing was added to is checked and signed anew after this. */
const SIGN_AGAIN_AFTER = DAY;

/**
 * Brings every log up to date and signs its head; the worker calls it again and again. Returns how many leaves were
 * added. A log that can't be continued honestly (its tree is not the one it signed) is left as it is and told of.
 */
export async function keepLogs(ctx: Ctx, logbook: Logbook): Promise<number> {
  requirePermission(ctx, "letters:publish");
  await replayErasures(ctx, logbook);
  let added = 0;
  for (const { letterId } of await lettersWithEvents(ctx)) {
    for (let more = BATCH; more === BATCH; added += more) {
      more = await attempt(ctx, letterId, () => integrate(ctx, logbook, letterId));
    }
  }
  const before = new Date(ctx.clock.now().getTime() - SIGN_AGAIN_AFTER);
  const isKeyNew = !(await isKeyKnown(ctx.db, logbook.keys().map(rawPublicKey)));
  for (const letterId of await logsToSignAgain(ctx, isKeyNew ? ctx.clock.now() : before)) {
    await attempt(ctx, letterId, () => integrate(ctx, logbook, letterId, "sign_again"));
  }
  return added;
}

async function attempt(ctx: Ctx, letterId: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    ctx.log.error({ err: error, letter: letterId }, "the public log could not be brought up to date");
    return 0;
  }
}

/** The name of a letter's log: its public address without the scheme (C2SP tlog-tiles, "Parameters"). */
export function originOf(publicUrl: string, slug: string): string {
  return `${publicUrl.replace(/^[a-z]+:\/\//, "")}/letters/${slug}/log`;
}

async function integrate(
  ctx: Ctx,
  logbook: Logbook,
  letterId: string,
  why: "events" | "sign_again" = "events",
): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdLog(tx.db, letterId);
    const { slug } = await findLetter(tx, letterId);
    const own = originOf(tx.settings.publicUrl, slug);
    const origin = await ensureOrigin(tx.db, letterId, own, tx.clock.now());
    const size = await countLeaves(tx.db, letterId);
    const edge = await readNodes(tx.db, letterId, nodesOf([0, size]));
    await checkHead(tx, letterId, size, edge);
    const events = await pendingEvents(tx, letterId, BATCH);
    const made = await makeLeaves(tx, slug, size, events);
    if (made.length === 0 && why === "events") return 0;
    const tree = growTree(
      size,
      edge,
      made.map(({ row }) => row.hash),
    );
    await insertLeaves(
      tx.db,
      made.map(({ row }) => row),
      made.flatMap(({ salts }) => salts),
      tree.nodes.filter(({ level }) => level > 0).map((node) => ({ ...node, letter_id: letterId })),
    );
    const { size: grown, root } = tree;
    const keys = logbook.keys();
    await insertCheckpoint(
      tx.db,
      {
        id: newId(tx.clock),
        letter_id: letterId,
        size: grown,
        root,
        note: signHead({ origin, size: grown, root }, keys),
        signed_at: tx.clock.now(),
      },
      keys.map(rawPublicKey),
    );
    return made.length;
  });
}

/** A log must not sign what does not continue what it signed before (C2SP tlog-checkpoint, "Signatures"). */
async function checkHead(tx: Ctx, letterId: string, size: number, edge: readonly Hash[]): Promise<void> {
  const newest = await newestCheckpoint(tx.db, letterId);
  if (!newest && size === 0) return;
  if (newest?.size !== size || !newest.root.equals(foldRange(edge))) {
    throw new Error(`the log of letter ${letterId} is not the one whose head was signed last`);
  }
}

interface MadeLeaf {
  row: LeafRow;
  salts: SaltRow[];
}

async function makeLeaves(
  tx: Ctx,
  slug: string,
  size: number,
  events: readonly PendingEvent[],
): Promise<MadeLeaf[]> {
  const subjects = events.flatMap(({ subject_id: id }) => (id === null ? [] : [id]));
  const facts = await signatureFacts(tx, subjects);
  const entries = await findEntries(tx.db, subjects);
  const at = tx.clock.now();
  const made: MadeLeaf[] = [];
  for (const event of events) {
    const position = size + made.length;
    const entry = event.subject_id === null ? undefined : entries.get(event.subject_id);
    const { salts, commitments } = commit(event, facts, position);
    const leaf = leafOf(event, slug, { entry, commitments, facts: facts.get(event.subject_id ?? "") });
    if (!leaf) continue;
    if (event.subject_id !== null && entry === undefined) entries.set(event.subject_id, position);
    const text = encodeLeaf(leaf);
    const isOpened = "commitments" in leaf;
    made.push({
      row: {
        letter_id: event.letter_id,
        position,
        leaf: text,
        hash: leafHash(Buffer.from(text, "utf8")),
        source_kind: event.source_kind,
        source_id: event.source_id,
        source_part: event.source_part,
        subject_id: event.subject_id,
        entry: event.subject_id === null ? null : (entry ?? position),
        added_at: at,
      },
      salts: isOpened ? salts : [],
    });
  }
  return made;
}

/** The values of a signature by the fields in which they are committed to. */
export function committedValues(facts: SignatureFacts): Record<CommittedField, string> {
  return {
    organisation: facts.display_name,
    country: facts.country.trim(),
    sector: facts.sector,
    signatory_name: facts.signatory_name,
    signatory_title: facts.signatory_title,
  };
}

/** A fresh salt for each field, and what is thereby committed to. */
function commit(event: PendingEvent, facts: ReadonlyMap<string, SignatureFacts>, position: number) {
  const own = facts.get(event.subject_id ?? "");
  const values = own && committedValues(own);
  const salts: SaltRow[] = [];
  const commitments: Partial<Commitments> = {};
  if (values) {
    for (const field of [...PUBLIC_FIELDS, ...PERSONAL_FIELDS]) {
      const salt = randomBytes(SALT_BYTES);
      salts.push({ letter_id: event.letter_id, position, field, salt });
      commitments[field] = commitment(field, { value: values[field], salt: salt.toString("hex") });
    }
  }
  return { salts, commitments: commitments as Commitments };
}

interface About {
  /** The position of the signature's first leaf. */
  entry: number | undefined;
  commitments: Commitments;
  facts: SignatureFacts | undefined;
}

/** The leaf of an event; none for what follows on something that never was public. */
function leafOf(event: PendingEvent, letter: string, about: About): Leaf | undefined {
  const common = { at: event.at.toISOString(), letter };
  const detail = event.detail ?? {};
  switch (event.source_kind) {
    case "text":
      return {
        ...common,
        kind: "text",
        version: Number(detail["version"]),
        language: event.what,
        material: detail["material"] === "true",
        text: detail["text"] ?? "",
      };
    case "letter":
      return { ...common, kind: "letter", state: event.what };
    case "notice":
      return { ...common, kind: "delivered", documents: detail };
    case "amendment":
      return about.entry === undefined
        ? undefined
        : { ...common, kind: "amended", entry: about.entry, commitments: about.commitments };
    case "signature":
      return signatureLeaf(event, common, about);
  }
}

function signatureLeaf(
  event: PendingEvent,
  common: { at: string; letter: string },
  { entry, commitments, facts }: About,
): Leaf | undefined {
  const kind = signatureEvent(event.what);
  if (!facts) return undefined;
  if (kind === "published") {
    const { text, version } = facts;
    const signed = facts.signed_at.toISOString();
    const before = entry === undefined ? {} : { entry };
    return { ...common, kind, ...before, signed, text, version, commitments };
  }
  if (entry === undefined) return undefined;
  if (kind === "withdrawn") {
    return { ...common, kind, entry, withdrew: (facts.withdrawn_at ?? event.at).toISOString() };
  }
  return { ...common, kind, entry };
}
