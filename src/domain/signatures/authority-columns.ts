/** The columns of a signature that say who filled in the form, who signs with whom, and what they were told it means. */
import { createHash } from "node:crypto";
import { MEANINGS, MEANING_VERSION } from "./meaning.js";

/** These columns as kept. */
export interface AuthorityColumns {
  submitter_name: string | null;
  submitter_email: string | null;
  second_name: string | null;
  second_title: string | null;
  second_email: string | null;
  meaning_version: string | null;
  meaning_hash: Buffer | null;
}

/** What a checked form says of it. */
export interface AuthoritySaid {
  filled_by: "officer" | "other";
  submitter_name?: string | undefined;
  submitter_email?: string | undefined;
  joint: boolean;
  second_name?: string | undefined;
  second_title?: string | undefined;
  second_email?: string | undefined;
  language: string;
}

/** What a checked form says, as columns. */
export function authorityColumns(command: AuthoritySaid): AuthorityColumns {
  const other = command.filled_by === "other";
  const joint = command.joint;
  return {
    submitter_name: other ? (command.submitter_name ?? null) : null,
    submitter_email: other ? (command.submitter_email ?? null) : null,
    second_name: joint ? (command.second_name ?? null) : null,
    second_title: joint ? (command.second_title ?? null) : null,
    second_email: joint ? (command.second_email ?? null) : null,
    meaning_version: MEANING_VERSION,
    meaning_hash: meaningHash(command.language),
  };
}

/** SHA-256 (32 bytes) of the words in which a form of this language said what signing means, in UTF-8. */
export function meaningHash(language: string): Buffer {
  const words = MEANINGS[language] ?? MEANINGS["en"] ?? "";
  return createHash("sha256").update(`${MEANING_VERSION}\n${words}`, "utf8").digest();
}
