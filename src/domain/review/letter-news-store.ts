import type { Db } from "../../platform/db.js";
import { TOLD_STATES } from "./signer-mail-store.js";

/** Something that the signatories of a letter are told, and how far that is. */
export interface NewsRow {
  id: string;
  letter_id: string;
  kind: "delivered" | "answered";
  told_until: string | null;
  created_at: Date;
  finished_at: Date | null;
}

/** A signatory who is told. */
export interface SignerToTell {
  id: string;
  organisation_id: string;
  display_name: string;
  signatory_name: string;
  signatory_email: string;
  language: string;
}

/** Ids of what is not told to everybody yet, oldest first. */
export async function listOpenNews(db: Db): Promise<string[]> {
  return db("letter_news").whereNull("finished_at").orderBy("created_at").pluck<string[]>("id");
}

/** One of them, locked against other workers; undefined while another one has it. */
export async function lockNews(db: Db, id: string): Promise<NewsRow | undefined> {
  return db<NewsRow>("letter_news").where({ id }).forUpdate().skipLocked().first();
}

/** The next signatories, in public and in confidence, whose entry stands and who are not erased, in the order of ids. */
export async function listToTell(db: Db, news: NewsRow, limit: number): Promise<SignerToTell[]> {
  const query = db("signatures")
    .where({ letter_id: news.letter_id, kind: "signature" })
    .whereIn("state", [...TOLD_STATES])
    .whereNot("signatory_email", "")
    .orderBy("id")
    .limit(limit)
    .select<SignerToTell[]>(
      "id",
      "organisation_id",
      "display_name",
      "signatory_name",
      "signatory_email",
      "language",
    );
  if (news.told_until !== null) void query.where("id", ">", news.told_until);
  return query;
}

/** Keeps how far it is. */
export async function setNews(
  db: Db,
  id: string,
  change: Pick<NewsRow, "told_until" | "finished_at">,
): Promise<void> {
  await db("letter_news").where({ id }).update(change);
}
