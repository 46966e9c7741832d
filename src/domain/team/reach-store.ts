import type { Db } from "../../platform/db.js";

/** Whose letters are listed, and in which table. */
export type Reaching = { staff_id: string } | { token_id: string };

function tableOf(who: Reaching): "staff_letters" | "api_token_letters" {
  return "staff_id" in who ? "staff_letters" : "api_token_letters";
}

/** The ids of the letters listed for somebody. */
export async function findLettersOf(db: Db, who: Reaching): Promise<string[]> {
  return db(tableOf(who)).where(who).orderBy("letter_id").pluck<string[]>("letter_id");
}

/** Lists letters for somebody who is there for listed ones. */
export async function insertLettersOf(db: Db, who: Reaching, letterIds: readonly string[]): Promise<void> {
  if (letterIds.length === 0) return;
  await db(tableOf(who)).insert(letterIds.map((id) => ({ ...who, letter_id: id })));
}

/** Lists no letters for somebody any more. */
export async function deleteLettersOf(db: Db, who: Reaching): Promise<void> {
  await db(tableOf(who)).where(who).delete();
}
