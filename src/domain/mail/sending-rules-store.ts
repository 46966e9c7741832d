import type { Db } from "../../platform/db.js";

/** The rules for all outreach, as kept in the one row that says how sending goes; null: no limit. */
export interface SendingRules {
  cap_domain_day: number | null;
  cap_domain_minute: number | null;
  contact_distance_days: number | null;
  one_contact_each: boolean;
  row_version: number;
}

/** What holds while there is no row. */
const UNSET: SendingRules = {
  cap_domain_day: null,
  cap_domain_minute: null,
  contact_distance_days: 2,
  one_contact_each: true,
  row_version: 1,
};

const COLUMNS = Object.keys(UNSET) as (keyof SendingRules)[];

/** The rules. */
export async function findSendingRules(db: Db): Promise<SendingRules> {
  const row = (await db("sending_control").first(COLUMNS)) as SendingRules | undefined;
  return row ?? UNSET;
}

/** The rules, held for the rest of the transaction; makes the row where there is none. */
export async function lockSendingRules(db: Db): Promise<SendingRules> {
  await db("sending_control").insert({ id: true }).onConflict("id").ignore();
  const row = (await db("sending_control").forUpdate().first(COLUMNS)) as SendingRules | undefined;
  return row ?? UNSET;
}

/** Changes the rules. */
export async function setSendingRules(
  db: Db,
  change: Partial<Omit<SendingRules, "row_version">>,
): Promise<void> {
  await db("sending_control").update({ ...change, row_version: db.raw("row_version + 1") });
}
