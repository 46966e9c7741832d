/** What anybody may ask of a letter's log: its head, its leaves, and proofs; and what a signatory may, of their own leaf. */
import { transaction, type Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { signatureFacts, waitingEvents } from "./event-views.js";
import { committedValues } from "./integration-service.js";
import { PERSONAL_FIELDS, PUBLIC_FIELDS, type CommittedField, type Opening } from "./leaf.js";
import { consistencyRanges, foldRange, inclusionRanges, nodesOf, type Hash, type Range } from "./merkle.js";
import { LOG_SIGNATURE, writeKey } from "./note.js";
import { insertNotice, readNodes } from "./store.js";
import { cosignatureLines, leafOfSignature, leavesBetween, newestHead } from "./views.js";
import { publicOpenings, signingKeys, type LogHead, type StoredLeaf } from "./views.js";

/** Leaves answered at a time. */
export const MOST_LEAVES = 1000;
/** Hashes in a full tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** The newest signed head of a letter's log. Throws not_found before anything became public. */
export async function logHead(ctx: Ctx, letterId: string): Promise<LogHead> {
  const head = await newestHead(ctx, letterId);
  if (!head) throw notFound("log.empty");
  return head;
}

/** The newest checkpoint of a letter's log as a signed note, for mails, feeds and documents; undefined before the first. */
export async function latestCheckpoint(ctx: Ctx, letterId: string): Promise<string | undefined> {
  const head = await newestHead(ctx, letterId);
  return head?.note;
}

/** The newest checkpoint with the lines of witnesses that saw this very head. Throws not_found before the first. */
export async function cosignedCheckpoint(ctx: Ctx, letterId: string): Promise<string> {
  const head = await logHead(ctx, letterId);
  const lines = await cosignatureLines(ctx, letterId, head.size);
  return head.note + lines.join("");
}

/** How many public events of a letter have no leaf yet, and since when the oldest of them waits. */
export async function waitingForLeaves(
  ctx: Ctx,
  letterId: string,
): Promise<{ n: number; since: Date | undefined }> {
  return waitingEvents(ctx, letterId);
}

/** The keys that a checkpoint of this log may be signed with, newest first, as C2SP verifier keys. */
export async function verifierKeys(ctx: Ctx, origin: string): Promise<string[]> {
  const keys = await signingKeys(ctx);
  return keys.map(({ publicKey }) => writeKey({ name: origin, type: LOG_SIGNATURE, publicKey }));
}

/** A leaf with what opens its commitments to the public. */
export interface OpenedLeaf {
  position: number;
  leaf: string;
  openings: Partial<Record<CommittedField, Opening>>;
}

/** Leaves from `start` up to, not including, `end`, never more than MOST_LEAVES, and only those under a signed head. */
export async function readLeaves(
  ctx: Ctx,
  letterId: string,
  head: LogHead,
  start: number,
  end: number,
): Promise<OpenedLeaf[]> {
  const stop = Math.min(end, head.size, start + MOST_LEAVES);
  const leaves = await leavesBetween(ctx, letterId, start, stop);
  const openings = await publicOpenings(ctx, letterId, start, stop);
  return leaves.map(({ position, leaf }) => ({ position, leaf, openings: openings.get(position) ?? {} }));
}

async function headsOf(ctx: Ctx, letterId: string, ranges: readonly Range[]): Promise<Hash[]> {
  const parts = ranges.map((range) => nodesOf(range));
  const hashes = await readNodes(ctx.db, letterId, parts.flat());
  let at = 0;
  return parts.map((part) => foldRange(hashes.slice(at, (at += part.length))));
}

/** The proof that leaf `position` stands in the tree of the first `size` leaves. Throws not_found outside the signed tree. */
export async function inclusionProof(
  ctx: Ctx,
  letterId: string,
  position: number,
  size: number,
): Promise<{ leafHash: Hash; root: Hash; proof: Hash[] }> {
  const head = await logHead(ctx, letterId);
  if (size > head.size || position >= size) throw notFound("log.unknown_leaf");
  const ranges = inclusionRanges(position, size);
  const [leaf, root, ...proof] = await headsOf(ctx, letterId, [
    [position, position + 1],
    [0, size],
    ...ranges,
  ]);
  if (!leaf || !root) throw notFound("log.unknown_leaf");
  return { leafHash: leaf, root, proof };
}

/** The proof that the tree of `to` leaves begins with that of `from` leaves. Throws not_found outside the signed tree. */
export async function consistencyProof(
  ctx: Ctx,
  letterId: string,
  from: number,
  to: number,
): Promise<{ fromRoot: Hash; toRoot: Hash; proof: Hash[] }> {
  const head = await logHead(ctx, letterId);
  if (to > head.size || from > to) throw notFound("log.unknown_leaf");
  const [fromRoot, toRoot, ...proof] = await headsOf(ctx, letterId, [
    [0, from],
    [0, to],
    ...consistencyRanges(from, to),
  ]);
  if (!fromRoot || !toRoot) throw notFound("log.unknown_leaf");
  return { fromRoot, toRoot, proof };
}

/** Hashes of a tile, one after the other (C2SP tlog-tiles, "Merkle Tree"). Throws not_found for what is not signed yet. */
export async function readTile(
  ctx: Ctx,
  letterId: string,
  level: number,
  tile: number,
  width: number,
): Promise<Buffer> {
  const { size } = await logHead(ctx, letterId);
  const first = tile * TILE_WIDTH;
  const there = Math.floor(size / TILE_WIDTH ** level);
  if (width < 1 || width > TILE_WIDTH || first + width > there) throw notFound("log.unknown_leaf");
  const nodes = Array.from({ length: width }, (_, index) => ({
    level: level * TILE_HEIGHT,
    position: first + index,
  }));
  return Buffer.concat(await readNodes(ctx.db, letterId, nodes));
}

/** The leaves of a tile, each behind its length in two bytes (tlog-tiles, "Log entries"). Throws not_found likewise. */
export async function readBundle(ctx: Ctx, letterId: string, tile: number, width: number): Promise<Buffer> {
  const { size } = await logHead(ctx, letterId);
  const first = tile * TILE_WIDTH;
  if (width < 1 || width > TILE_WIDTH || first + width > size) throw notFound("log.unknown_leaf");
  const leaves = await leavesBetween(ctx, letterId, first, first + width);
  return Buffer.concat(leaves.map(bundled));
}

function bundled({ leaf }: StoredLeaf): Buffer {
  const bytes = Buffer.from(leaf, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Everything a signatory needs to show that the log holds what they signed: for them alone, it opens their name. */
export interface Inclusion {
  position: number;
  leaf: string;
  size: number;
  /** Base64. */
  proof: string[];
  checkpoint: string;
  /** Verifier keys, newest first. */
  keys: string[];
  openings: Partial<Record<CommittedField, Opening>>;
}

/** The place of a signature in its letter's log, or undefined while it has none: not public, or not integrated yet. */
export async function inclusionOf(ctx: Ctx, signatureId: string): Promise<Inclusion | undefined> {
  const found = await leafOfSignature(ctx, signatureId);
  const head = found && (await newestHead(ctx, found.letterId));
  if (!found || !head || found.position >= head.size) return undefined;
  const { proof } = await inclusionProof(ctx, found.letterId, found.position, head.size);
  const facts = (await signatureFacts(ctx, [signatureId])).get(signatureId);
  const openings: Inclusion["openings"] = {};
  for (const field of facts ? [...PUBLIC_FIELDS, ...PERSONAL_FIELDS] : []) {
    const salt = found.salts.get(field);
    if (facts && salt) openings[field] = { value: committedValues(facts)[field], salt };
  }
  return {
    position: found.position,
    leaf: found.leaf,
    size: head.size,
    proof: proof.map((hash) => hash.toString("base64")),
    checkpoint: head.note,
    keys: await verifierKeys(ctx, head.origin),
    openings,
  };
}

/**
 * Hands the log that a letter was delivered, in the transaction of the delivery: its documents by name with their
 * SHA-256 in hex. The integrator makes a leaf of it. Who it went to stays out of the log.
 */
export async function noteDelivery(
  ctx: Ctx,
  letterId: string,
  documents: Record<string, string>,
): Promise<void> {
  await transaction(ctx, (tx) =>
    insertNotice(tx.db, {
      id: newId(tx.clock),
      letter_id: letterId,
      kind: "delivery",
      detail: documents,
      at: tx.clock.now(),
    }),
  );
}
