/** What counts against the caps, read from the rows of messages; a constant number of statements for a whole batch. */
import type { Db } from "../../platform/db.js";
import { COUNTED_IN_A_DAY, type Limits } from "./cap.js";

/** A mailbox with its limits. */
export interface LimitedMailbox extends Limits {
  id: string;
  /** The one that messages which name no mailbox go out through. */
  settings: boolean;
}

/** The limits that hold for some mailboxes, and for every recipient domain; a row that isn't there limits nothing. */
export async function readLimits(
  db: Db,
  mailboxIds: readonly string[],
): Promise<{ domain: Limits; mailboxes: LimitedMailbox[] }> {
  const result = (await db.raw(
    `select null::uuid as id, false as settings, cap_domain_day as day, cap_domain_minute as minute from sending_control
     union all
     select id, kind = 'settings', cap_day, cap_minute from mailboxes where id = any (?::uuid[]) or kind = 'settings'`,
    [[...mailboxIds]],
  )) as { rows: (Limits & { id: string | null; settings: boolean })[] };
  const domain = result.rows.find((row) => row.id === null) ?? { day: null, minute: null };
  const mailboxes = result.rows.flatMap((row) => (row.id === null ? [] : [{ ...row, id: row.id }]));
  return { domain, mailboxes };
}

/** What one cap counts: the outreach of a mailbox, or to a recipient domain, after a time. */
export interface LaneQuery {
  lane: string;
  mailbox: string | null;
  /** Messages that name no mailbox count, too. */
  settings: boolean;
  domain: string | null;
  after: Date;
  /** Leave out attempts that were provably not accepted. */
  lasting: boolean;
  /** Read no more than this many, the newest ones: what is older can't decide anything. */
  newest: number;
}

const SENT =
  "m.purpose = 'outreach' and m.sending_at > k.after and (not k.lasting or m.state = any (?::text[]))";
const NEWEST = "m.sending_at desc limit k.newest";
const WAITING = "m.state = 'queued' and m.state_reason = 'cap' and m.held_reason is null and m.due_at > ?";
const LATEST = "m.due_at desc limit ?";

/** Of the messages that wait under a cap no more than these, the last ones, are looked at one by one. */
export const WAITING_AT_MOST = 5000;

/** How many mails count against each lane now, no more than its `newest`. */
export async function countLanes(db: Db, lanes: readonly LaneQuery[]): Promise<Map<string, number>> {
  if (lanes.length === 0) return new Map();
  const counted = [...COUNTED_IN_A_DAY];
  const result = (await db.raw(
    `select k.lane, t.n from jsonb_to_recordset(?::jsonb) as k (lane text, mailbox uuid, settings boolean,
         domain text, after timestamptz, lasting boolean, newest integer)
     cross join lateral (select count(*)::int as n from (
       (select from messages m where m.mailbox_id = k.mailbox and ${SENT} limit k.newest)
       union all
       (select from messages m where k.settings and m.mailbox_id is null and ${SENT} limit k.newest)
       union all
       (select from messages m where m.recipient_domain = k.domain and ${SENT} limit k.newest)) c) t`,
    [JSON.stringify(lanes), counted, counted, counted],
  )) as { rows: { lane: string; n: number }[] };
  return new Map(result.rows.map(({ lane, n }) => [lane, n]));
}

/** When mails went, and when those that wait are due, by lane. */
export async function readLanes(
  db: Db,
  lanes: readonly LaneQuery[],
  now: Date,
): Promise<{ lane: string; at: Date; waits: boolean }[]> {
  if (lanes.length === 0) return [];
  const counted = [...COUNTED_IN_A_DAY];
  const result = (await db.raw(
    `select k.lane, t.at, t.waits from jsonb_to_recordset(?::jsonb) as k (lane text, mailbox uuid, settings boolean,
         domain text, after timestamptz, lasting boolean, newest integer)
     cross join lateral (
       (select m.sending_at as at, false as waits from messages m where m.mailbox_id = k.mailbox and ${SENT} order by ${NEWEST})
       union all
       (select m.sending_at, false from messages m where k.settings and m.mailbox_id is null and ${SENT}
          order by m.mailbox_id desc, ${NEWEST})
       union all
       (select m.sending_at, false from messages m where m.recipient_domain = k.domain and ${SENT} order by ${NEWEST})
       union all
       (select m.due_at, true from messages m where m.mailbox_id = k.mailbox and ${WAITING} order by ${LATEST})
       union all
       (select m.due_at, true from messages m where k.settings and m.mailbox_id is null and ${WAITING}
          order by m.mailbox_id desc, ${LATEST})
       union all
       (select m.due_at, true from messages m where m.recipient_domain = k.domain and ${WAITING} order by ${LATEST})
     ) t`,
    [JSON.stringify(lanes), counted, counted, counted, ...[1, 2, 3].flatMap(() => [now, WAITING_AT_MOST])],
  )) as { rows: { lane: string; at: Date; waits: boolean }[] };
  return result.rows;
}
