/**
 * The Merkle tree of RFC 6962 §2.1 over SHA-256: heads, inclusion and consistency proofs, and how each is verified.
 *
 * A tree is never held as a whole. What a head or a proof needs is named as ranges of leaves; each range falls into
 * complete subtrees (`nodesOf`), whose roots the caller fetches, and is folded from them (`foldRange`).
 */
import { createHash } from "node:crypto";

/** A hash, 32 bytes. */
export type Hash = Buffer;

/** Leaves from the first up to, not including, the second. */
export type Range = readonly [from: number, to: number];

/** The root of a complete subtree: `level` 0 is a leaf, `position` counts such subtrees from the left. */
export interface Node {
  level: number;
  position: number;
}

function sha256(...parts: readonly Uint8Array[]): Hash {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256(0x00 || leaf). */
export function leafHash(leaf: Uint8Array): Hash {
  return sha256(Buffer.of(0), leaf);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(Buffer.of(1), left, right);
}

/** The head of a tree without leaves. */
export const EMPTY_ROOT = sha256();

/** The largest power of two below `n`; `n` is at least 2. */
function split(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}

/** The complete subtrees that a range of a proof falls into, from left to right, each smaller than the one before. */
export function nodesOf([from, to]: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = from; at < to;) {
    const level = Math.floor(Math.log2(to - at));
    nodes.push({ level, position: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The head of a range, from the roots of `nodesOf` it. */
export function foldRange(hashes: readonly Hash[]): Hash {
  const last = hashes.at(-1);
  if (!last) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The head over all these leaf hashes. */
export function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length < 2) return leaves[0] ?? EMPTY_ROOT;
  const middle = split(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, middle)), rootOf(leaves.slice(middle)));
}

/** Splits a tree until `done`, always going on in the half it is asked for; answers where it ended and the other halves. */
function descend(size: number, goesLeft: (middle: number) => boolean, done: (range: Range) => boolean) {
  const others: Range[] = [];
  let range: Range = [0, size];
  while (!done(range)) {
    const middle = range[0] + split(range[1] - range[0]);
    const [left, right]: [Range, Range] = [
      [range[0], middle],
      [middle, range[1]],
    ];
    const isLeft = goesLeft(middle);
    others.unshift(isLeft ? right : left);
    range = isLeft ? left : right;
  }
  return { range, others };
}

/** The ranges whose heads prove leaf `index` in a tree of `size` leaves, lowest first (§2.1.1). */
export function inclusionRanges(index: number, size: number): Range[] {
  return descend(
    size,
    (middle) => index < middle,
    ([from, to]) => to - from === 1,
  ).others;
}

/** The ranges whose heads prove that a tree of `size` leaves begins with one of `old` leaves (§2.1.2). */
export function consistencyRanges(old: number, size: number): Range[] {
  if (old === 0 || old === size) return [];
  const { range, others } = descend(
    size,
    (middle) => old <= middle,
    ([, to]) => to === old,
  );
  return range[0] > 0 ? [range, ...others] : others;
}

/** Whether `proof` leads from a leaf's hash to the head of a tree of `size` leaves (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (index < 0 || index >= size) return false;
  const ranges = inclusionRanges(index, size);
  if (proof.length !== ranges.length) return false;
  let hash = leaf;
  for (const [step, sibling] of proof.entries()) {
    const [from] = ranges[step] ?? [0];
    hash = from > index ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  }
  return hash.equals(root);
}

/** Whether `proof` shows that the tree of `size` leaves begins with the one of `old` leaves (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  old: number,
  size: number,
  proof: readonly Hash[],
  oldRoot: Hash,
  root: Hash,
): boolean {
  if (old > size) return false;
  if (old === size) return proof.length === 0 && oldRoot.equals(root);
  if (old === 0) return proof.length === 0 && oldRoot.equals(EMPTY_ROOT);
  const path = Number.isInteger(Math.log2(old)) ? [oldRoot, ...proof] : [...proof];
  let [place, last] = [old - 1, size - 1];
  while (place % 2 === 1) [place, last] = [(place - 1) / 2, Math.floor(last / 2)];
  const first = path.shift();
  if (!first) return false;
  let [before, after] = [first, first];
  for (const hash of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      [before, after] = [nodeHash(hash, before), nodeHash(hash, after)];
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      after = nodeHash(after, hash);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && before.equals(oldRoot) && after.equals(root);
}
