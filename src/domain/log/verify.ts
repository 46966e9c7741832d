/**
 * The verifier: from nothing but a copy of what is public it works out the whole log anew, and says what does not fit
 * and where. It trusts no stored hash.
 */
import {
  commitment,
  decodeLeaf,
  PUBLIC_FIELDS,
  type CommittedField,
  type Leaf,
  type Opening,
} from "./leaf.js";
import { headsAt } from "./growth.js";
import { leafHash, nodeHash, type Hash } from "./merkle.js";
import { isSignedBy, readCheckpoint, type Checkpoint, type VerifierKey } from "./note.js";
import { linesOf, type Witnessed } from "./witness.js";

/** One entry of the public list as everybody sees it. */
export interface ListedEntry {
  organisation: string;
  country: string;
  sector: string;
  state: "published" | "withdrawn";
  /** ISO 8601 in UTC with milliseconds. */
  signed: string;
  withdrew: string | null;
}

/** What is verified. */
export interface LogCopy {
  keys: readonly VerifierKey[];
  checkpoint: string;
  /** Checkpoints signed earlier, as far as they are at hand. */
  earlier: readonly string[];
  leaves: readonly {
    position: number;
    leaf: string;
    openings: Partial<Record<CommittedField, Opening>>;
  }[];
  listed: readonly ListedEntry[];
  /** Roots of pairs of leaves as the database keeps them, to tell which leaf was changed. */
  pairs?: ReadonlyMap<number, Hash>;
  /** How many public events are said to have no leaf yet, where that is too short ago to be a fault. */
  waiting?: number;
  /** Keys of the witnesses whose lines are checked. */
  witnesses?: readonly VerifierKey[];
}

/** One thing that does not fit. */
export interface Discrepancy {
  code:
    | "checkpoint_unreadable"
    | "signature"
    | "leaves_missing"
    | "leaf_form"
    | "root"
    | "against"
    | "witness"
    | "earlier"
    | "commitment"
    | "not_opened"
    | "list_lacks"
    | "list_has"
    | "sequence";
  /** The leaf or the entry that it is about, in words. */
  row: string;
  sentence: string;
}

/** What came of it. */
export interface Verdict {
  origin: string;
  size: number;
  root: string;
  listed: number;
  /** Who says that they saw which head, and when: the largest of each witness. */
  witnessed: Witnessed[];
  discrepancies: Discrepancy[];
  /** What may be no more than events that have no leaf yet: to be looked at once more in some minutes. */
  waiting: Discrepancy[];
}

/** How long an event may be without a leaf, in milliseconds, before that is a fault and not the way of things. */
export const MAY_WAIT_FOR_LEAF = 10 * 60_000;

/** What list and log differ in while an event has no leaf; one event may show in two of them. */
const OF_THE_MOMENT: ReadonlySet<Discrepancy["code"]> = new Set(["list_has", "list_lacks", "not_opened"]);

/** Parts what may wait for a leaf from what is wrong: never more than the events that wait can explain. */
function partWaiting(
  found: readonly Discrepancy[],
  events: number,
): Pick<Verdict, "discrepancies" | "waiting"> {
  const waiting = found.filter(({ code }) => OF_THE_MOMENT.has(code));
  if (events === 0 || waiting.length > 2 * events) return { discrepancies: [...found], waiting: [] };
  return { discrepancies: found.filter(({ code }) => !OF_THE_MOMENT.has(code)), waiting };
}

/** Verifies a copy of a log, and that it continues the checkpoint `against` when one is given. */
export function verifyLog(copy: LogCopy, against?: string): Verdict {
  const found: Discrepancy[] = [];
  const say = (code: Discrepancy["code"], row: string, sentence: string) => {
    found.push({ code, row, sentence });
  };
  const head = readCheckpoint(copy.checkpoint);
  if (!head) {
    say("checkpoint_unreadable", "checkpoint", "The newest checkpoint is not a signed note.");
    return {
      origin: "",
      size: 0,
      root: "",
      listed: copy.listed.length,
      witnessed: [],
      waiting: [],
      discrepancies: found,
    };
  }
  if (!isSignedBy(head, copy.keys)) {
    say("signature", "checkpoint", "The newest checkpoint is not signed with a key of this log.");
  }
  const isWhole =
    copy.leaves.length >= head.size && copy.leaves.every(({ position }, index) => position === index);
  if (!isWhole) {
    const gap = copy.leaves.findIndex(({ position }, index) => position !== index);
    const lost = gap < 0 ? copy.leaves.length : gap;
    say("leaves_missing", `leaf ${lost}`, `Leaf ${lost} of ${head.size} is missing.`);
  }
  const leaves = copy.leaves.slice(0, head.size);
  const hashes = leaves.map(({ leaf }) => leafHash(Buffer.from(leaf, "utf8")));
  checkHeads(copy, head, hashes, against, say);
  const expected = replay(leaves, say);
  compareLists(expected, copy.listed, say);
  return {
    origin: head.origin,
    size: head.size,
    root: head.root.toString("base64"),
    listed: copy.listed.length,
    witnessed: checkWitnesses(copy, head, say),
    ...partWaiting(found, copy.waiting ?? 0),
  };
}

/** Who of the known witnesses saw this head or an earlier one; a line of theirs that is wrong does not fit. */
function checkWitnesses(copy: LogCopy, head: Checkpoint, say: Say): Witnessed[] {
  const largest = new Map<string, Witnessed>();
  const heads = [...copy.earlier.flatMap((note) => readCheckpoint(note) ?? []), head];
  for (const one of heads.filter(({ origin }) => origin === head.origin)) {
    const { good, wrong } = linesOf(one, copy.witnesses ?? []);
    for (const name of wrong) {
      const sentence = `The line of the witness ${name} is not of the head of ${one.size} leaves that stands above it.`;
      say("witness", `the head of ${one.size} leaves`, sentence);
    }
    for (const each of good) {
      if ((largest.get(each.witness)?.size ?? -1) <= each.size) largest.set(each.witness, each);
    }
  }
  return [...largest.values()];
}

type Say = (code: Discrepancy["code"], row: string, sentence: string) => void;

/** Compares the head, the checkpoint given, and those signed earlier with the tree worked out anew. */
function checkHeads(
  copy: LogCopy,
  head: Checkpoint,
  hashes: readonly Hash[],
  against: string | undefined,
  say: Say,
): void {
  const earlier = copy.earlier.map((note) => readCheckpoint(note));
  const kept = against === undefined ? undefined : readCheckpoint(against);
  const sizes = [head, kept, ...earlier].flatMap((one) => (one ? [one.size] : []));
  const heads = headsAt(hashes, sizes);
  const fits = (one: Checkpoint) => heads.get(one.size)?.equals(one.root) === true;
  if (!fits(head)) {
    say(
      "root",
      changedLeaf(copy, hashes, earlier, heads),
      "The leaves do not give the root that was signed.",
    );
  }
  if (against !== undefined) checkAgainst(copy, head, kept, fits, say);
  for (const one of earlier) {
    if (!one || one.origin !== head.origin || !isSignedBy(one, copy.keys)) {
      say("earlier", "checkpoints", "An earlier checkpoint is not signed with a key of this log.");
    } else if (!fits(one)) {
      const row = `the first ${one.size} leaves`;
      say("earlier", row, `The first ${one.size} leaves are no longer those whose head was signed then.`);
    }
  }
}

function checkAgainst(
  copy: LogCopy,
  head: Checkpoint,
  kept: Checkpoint | undefined,
  fits: (one: Checkpoint) => boolean,
  say: Say,
): void {
  if (!kept) return say("against", "checkpoint", "The checkpoint to compare with is not a signed note.");
  const row = `the first ${kept.size} leaves`;
  if (kept.origin !== head.origin) {
    say("against", "checkpoint", `The checkpoint to compare with is of another log, ${kept.origin}.`);
  } else if (!isSignedBy(kept, copy.keys)) {
    say(
      "against",
      "checkpoint",
      "The checkpoint to compare with is not signed with a key that this log lists.",
    );
  } else if (kept.size > head.size) {
    say("against", row, `The log had ${kept.size} leaves when it was signed then, and has ${head.size} now.`);
  } else if (!fits(kept)) {
    say(
      "against",
      row,
      `The log was rewritten: its first ${kept.size} leaves are not those that were signed then.`,
    );
  }
}

/** Which leaf was changed, as closely as what else is kept can tell. */
function changedLeaf(
  { pairs }: LogCopy,
  hashes: readonly Hash[],
  earlier: readonly (Checkpoint | undefined)[],
  heads: ReadonlyMap<number, Hash>,
): string {
  let [first, last] = [0, hashes.length - 1];
  for (const [position, hash] of pairs ?? []) {
    const [left, right] = [hashes[2 * position], hashes[2 * position + 1]];
    if (left && right && !nodeHash(left, right).equals(hash)) {
      [first, last] = [2 * position, 2 * position + 1];
      break;
    }
  }
  const known = earlier.flatMap((one) =>
    one ? [{ size: one.size, fits: heads.get(one.size)?.equals(one.root) }] : [],
  );
  for (const { size, fits } of known) {
    if (fits && size > first && size <= last) first = size;
    if (!fits && size > first && size - 1 < last) last = size - 1;
  }
  return first === last ? `leaf ${first}` : `one of the leaves ${first} to ${last}`;
}

interface Entry {
  position: number;
  fact: Extract<Leaf, { kind: "published" }>;
  state: "published" | "withdrawn" | "left";
  withdrew: string | null;
  openings: Partial<Record<CommittedField, Opening>>;
}

/** Goes through the leaves and works out which entries the list has to show. */
function replay(leaves: LogCopy["leaves"], say: Say): Entry[] {
  const entries = new Map<number, Entry>();
  for (const { position, leaf: text, openings } of leaves) {
    const leaf = decodeLeaf(text);
    if (!leaf) {
      say("leaf_form", `leaf ${position}`, `Leaf ${position} is not in the form of docs/log.md.`);
      continue;
    }
    if ("commitments" in leaf) checkOpenings(position, leaf.commitments, openings, say);
    if (leaf.kind === "published") {
      const fresh: Entry = { position, fact: leaf, state: "published", withdrew: null, openings };
      entries.set(leaf.entry ?? position, fresh);
    } else if ("entry" in leaf) {
      const entry = entries.get(leaf.entry);
      if (!entry) {
        say("sequence", `leaf ${position}`, `Leaf ${position} follows on an entry that was never published.`);
      } else if (leaf.kind === "withdrawn") {
        entry.state = "withdrawn";
        entry.withdrew = leaf.withdrew;
      } else if (leaf.kind === "left") entry.state = "left";
      else [entry.position, entry.openings] = [position, openings];
    }
  }
  return [...entries.values()].filter(({ state }) => state !== "left");
}

function checkOpenings(
  position: number,
  commitments: Record<string, string>,
  openings: Partial<Record<CommittedField, Opening>>,
  say: Say,
): void {
  for (const [field, opening] of Object.entries(openings) as [CommittedField, Opening][]) {
    if (commitment(field, opening) === commitments[field]) continue;
    const row = `leaf ${position}, ${field}`;
    say(
      "commitment",
      row,
      `Leaf ${position} was not made of the ${field} “${opening.value}”: it was changed since.`,
    );
  }
}

/** Whether the public list shows exactly the entries that the log says it has to. */
function compareLists(expected: readonly Entry[], listed: readonly ListedEntry[], say: Say): void {
  const waiting = new Map<string, ListedEntry[]>();
  for (const entry of listed) {
    const key = keyOf(entry);
    waiting.set(key, [...(waiting.get(key) ?? []), entry]);
  }
  for (const { position, fact, state, withdrew, openings } of expected) {
    const [organisation, country, sector] = PUBLIC_FIELDS.map((field) => openings[field]?.value);
    if (organisation === undefined || country === undefined || sector === undefined || state === "left") {
      const why = "its entry should stand on the list, but what opens its name is not shown";
      say("not_opened", `leaf ${position}`, `Leaf ${position}: ${why}.`);
      continue;
    }
    const shown = { organisation, country, sector, state, signed: fact.signed, withdrew };
    if (!waiting.get(keyOf(shown))?.pop()) {
      const row = `leaf ${position} (${organisation})`;
      say(
        "list_lacks",
        row,
        `The list does not show “${organisation}” as leaf ${position} says: ${wordsOf(shown)}.`,
      );
    }
  }
  for (const entry of [...waiting.values()].flat()) {
    const row = `list entry “${entry.organisation}”`;
    say("list_has", row, `The list shows “${entry.organisation}”, ${wordsOf(entry)}, and no leaf says so.`);
  }
}

function keyOf({ organisation, country, sector, state, signed, withdrew }: ListedEntry): string {
  return JSON.stringify([organisation, country, sector, state, signed, withdrew]);
}

function wordsOf({ country, sector, state, signed, withdrew }: ListedEntry): string {
  return `${country}, ${sector}, ${state}, signed ${signed}${withdrew ? `, withdrew ${withdrew}` : ""}`;
}
