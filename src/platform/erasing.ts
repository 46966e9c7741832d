import type { Db } from "./db.js";

/** What stands where a person's name or address was. */
export const ERASED = "[erased]";

/** A text column with every occurrence of a word, in any case, replaced; for an update. */
export function withoutWord(db: Db, column: string, word: string) {
  return db.raw("regexp_replace(??, ?, ?, 'gi')", [column, literally(word), ERASED]);
}

/** The same for a column of JSON: replaced in its text, where the word stands as JSON writes it. */
export function jsonWithoutWord(db: Db, column: string, word: string) {
  const written = JSON.stringify(word).slice(1, -1);
  return db.raw("regexp_replace(??::text, ?, ?, 'gi')::jsonb", [column, literally(written), ERASED]);
}

function literally(text: string): string {
  const plain = text.replaceAll(/[\\^$.*+?()[\]{}|-]/g, "\\$&");
  return `(?<![[:alnum:]])${plain}(?![[:alnum:]])`;
}
