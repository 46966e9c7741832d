/**
 * What stands in the log: one line of canonical JSON for each thing that became public (docs/log.md). Names, countries
 * and sectors stand in it only as salted commitments, so that what is withheld or erased can't be guessed back.
 */
import { createHash } from "node:crypto";

/** Raised with every change of what leaves say. */
export const LEAF_FORMAT = 1;

/** What an organisation shows: opened by anybody while the entry is listed. */
export const PUBLIC_FIELDS = ["organisation", "country", "sector"] as const;

/** What belongs to the person who signed: opened to that person only. */
export const PERSONAL_FIELDS = ["signatory_name", "signatory_title"] as const;

/** A field that stands in a leaf as a commitment. */
export type CommittedField = (typeof PUBLIC_FIELDS)[number] | (typeof PERSONAL_FIELDS)[number];

/** Commitments by field, SHA-256 in hex. */
export type Commitments = Record<CommittedField, string>;

/** What opens a commitment: the value, and the salt in hex. */
export interface Opening {
  value: string;
  salt: string;
}

interface Common {
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  at: string;
  letter: string;
}

/** One leaf; `entry` is the position of the leaf by which the signature first became public. */
export type Leaf = Common &
  (
    | {
        kind: "published";
        /** Only where the signature was public before. */
        entry?: number;
        signed: string;
        /** SHA-256 of the text that was signed, in hex. */
        text: string;
        version: number;
        commitments: Commitments;
      }
    | { kind: "amended"; entry: number; commitments: Commitments }
    | { kind: "withdrawn"; entry: number; withdrew: string }
    | { kind: "left"; entry: number }
    | { kind: "letter"; state: string }
    | { kind: "text"; version: number; language: string; material: boolean; text: string }
    | { kind: "delivered"; documents: Record<string, string> }
  );

type Json = string | number | boolean | { readonly [key: string]: Json | undefined };

/** JSON in the one form of RFC 8785: members by name, no space. Values are texts, whole numbers and truth values. */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name];
      return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
    });
  return `{${members.join(",")}}`;
}

/** The exact text whose UTF-8 is hashed into the tree. */
export function encodeLeaf(leaf: Leaf): string {
  return canonicalJson({ ...leaf, v: LEAF_FORMAT });
}

/** Reads a leaf; undefined when it is not in its one form. */
export function decodeLeaf(text: string): Leaf | undefined {
  try {
    const { v, ...leaf } = JSON.parse(text) as Leaf & { v: unknown };
    return v === LEAF_FORMAT && encodeLeaf(leaf) === text ? leaf : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 over the name of the scheme, the field, 32 bytes of salt and the value, in hex. */
export function commitment(field: CommittedField, { value, salt }: Opening): string {
  return createHash("sha256")
    .update(`countersign-log-commitment-1\n${field}\n`, "utf8")
    .update(Buffer.from(salt, "hex"))
    .update(value, "utf8")
    .digest("hex");
}
