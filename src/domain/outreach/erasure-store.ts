import type { Db } from "../../platform/db.js";
import { jsonWithoutWord, withoutWord } from "../../platform/erasing.js";

/** Columns of text that staff fill in, in which a person may be named. */
const TEXTS: Record<string, readonly string[]> = {
  template_texts: ["subject", "body_md"],
  templates: ["name"],
  sequences: ["name"],
  segments: ["name"],
  outreach_holds: ["reason"],
};

/** Columns of JSON that choose people by what staff typed. */
const FILTERS: Record<string, string> = { sequences: "recipients", segments: "filter" };

/**
 * Takes words out of the texts and filters of mailings, sequences and templates; part of a transaction. The words of
 * a template version stand still for everything but this.
 */
export async function wipeWords(db: Db, words: readonly string[]): Promise<void> {
  await db.raw("select set_config('countersign.erasing', 'on', true)");
  for (const word of words) {
    for (const [table, columns] of Object.entries(TEXTS)) {
      await db(table)
        .whereRaw(`position(lower(?) in lower(concat_ws(' ', ${columns.join(", ")}))) > 0`, [word])
        .update(Object.fromEntries(columns.map((column) => [column, withoutWord(db, column, word)])));
    }
    for (const [table, column] of Object.entries(FILTERS)) {
      await db(table)
        .whereRaw("position(lower(?) in lower(??::text)) > 0", [word, column])
        .update(column, jsonWithoutWord(db, column, word));
    }
  }
}
