import type { Db } from "../../platform/db.js";

/** The one row of what holds for the whole site. */
export interface SiteRow {
  /** The public site answers 503. */
  closed: boolean;
  signing_paused: boolean;
  pause_message: string;
  banner: string;
  changed_at: Date | null;
  row_version: number;
}

const AS_MADE: SiteRow = {
  closed: false,
  signing_paused: false,
  pause_message: "",
  banner: "",
  changed_at: null,
  row_version: 1,
};

/** What holds for the whole site now. */
export async function findSite(db: Db): Promise<SiteRow> {
  return (await db<SiteRow>("site_switch").first()) ?? AS_MADE;
}

/** Changes what holds for the whole site and counts its row version up. */
export async function setSite(db: Db, change: Partial<Omit<SiteRow, "row_version">>): Promise<SiteRow> {
  await db("site_switch").insert({}).onConflict("singleton").ignore();
  await db("site_switch").update({ ...change, row_version: db.raw("row_version + 1") });
  return findSite(db);
}
