import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import type { DayBefore } from "./flood.js";
import { RECENT_DAYS, type MatchedMessage, type MatchedSender } from "./match.js";

interface Row {
  id: string;
  internet_id: string;
  to_email: string;
  subject: string | null;
  contact_id: string | null;
  organisation_id: string | null;
  letter_id: string | null;
  mailbox_id: string | null;
  has_gone_out: boolean;
  is_uncertain: boolean;
}

/** Messages with a contact of their own; mails to signatories have none, but their address may be a contact's. */
function messages(ctx: Ctx) {
  return ctx
    .db("messages as m")
    .leftJoin("contacts as c", "c.address_hash", "m.address_hash")
    .select(
      "m.id",
      "m.message_id as internet_id",
      "m.to_email",
      "m.subject",
      ctx.db.raw("coalesce(m.contact_id, c.id) as contact_id"),
      ctx.db.raw("coalesce(m.organisation_id, c.organisation_id) as organisation_id"),
      "m.letter_id",
      "m.mailbox_id",
      ctx.db.raw("m.sending_at is not null as has_gone_out"),
      ctx.db.raw("m.state = 'uncertain' as is_uncertain"),
    );
}

function toMatched(row: Row): MatchedMessage {
  return {
    id: row.id,
    internetId: row.internet_id,
    toEmail: row.to_email,
    subject: row.subject,
    contactId: row.contact_id,
    organisationId: row.organisation_id,
    letterId: row.letter_id,
    mailboxId: row.mailbox_id,
    hasGoneOut: row.has_gone_out,
    isUncertain: row.is_uncertain,
  };
}

/** A message of ours by its id. */
export async function messageById(ctx: Ctx, id: string): Promise<MatchedMessage | undefined> {
  const row = (await messages(ctx).where("m.id", id).first()) as Row | undefined;
  return row && toMatched(row);
}

/** The first of some Message-IDs that is one of ours. */
export async function messageByInternetIds(
  ctx: Ctx,
  internetIds: readonly string[],
): Promise<MatchedMessage | undefined> {
  if (internetIds.length === 0) return undefined;
  const rows = (await messages(ctx).whereIn("m.message_id", [...internetIds])) as Row[];
  const [first] = rows.sort(
    (one, other) => internetIds.indexOf(one.internet_id) - internetIds.indexOf(other.internet_id),
  );
  return first && toMatched(first);
}

/** The last mail that went to an address within the days that count, up to when the answer came. */
export async function lastMessageTo(
  ctx: Ctx,
  addressHash: Buffer,
  until: Date,
): Promise<MatchedMessage | undefined> {
  const row = (await messages(ctx)
    .where("m.address_hash", addressHash)
    .whereNot("m.purpose", "test")
    .where("m.sending_at", ">=", new Date(until.getTime() - RECENT_DAYS * DAY))
    .orderBy("m.sending_at", "desc")
    .first()) as Row | undefined;
  return row && toMatched(row);
}

/** The contact with an address. */
export async function contactWithAddress(ctx: Ctx, email: string): Promise<MatchedSender | undefined> {
  const row = (await ctx.db("contacts").where({ email }).first("id", "organisation_id")) as
    { id: string; organisation_id: string } | undefined;
  return row && { contactId: row.id, organisationId: row.organisation_id };
}

/** The organisations that have this registrable domain, or a contact at it or below it; two at most. */
export async function organisationsAtDomain(ctx: Ctx, domain: string): Promise<string[]> {
  const below = `${`.${domain}`.split("").reverse().join("")}%`;
  const result = (await ctx.db.raw(
    `select id from organisations where reverse(domain) = reverse(:domain) or reverse(domain) like :below
     union
     select organisation_id from contacts where email is not null
       and (reverse(split_part(email, '@', 2)) = reverse(:domain) or reverse(split_part(email, '@', 2)) like :below)
     limit 2`,
    { domain, below },
  )) as { rows: { id: string }[] };
  return result.rows.map((row) => row.id);
}

/** Those of some addresses that a mail of ours has gone to, each once. */
export async function addressesWrittenTo(ctx: Ctx, addresses: readonly string[]): Promise<string[]> {
  const byHash = new Map(
    addresses.map((address) => [ctx.keys.addressHash(address).toString("hex"), address.toLowerCase()]),
  );
  if (byHash.size === 0) return [];
  const hashes = [...byHash.keys()].map((hash) => Buffer.from(hash, "hex"));
  const found = (await ctx
    .db("messages")
    .whereIn("address_hash", hashes)
    .whereNotNull("sending_at")
    .distinct("address_hash")) as { address_hash: Buffer }[];
  return found.flatMap((row) => byHash.get(row.address_hash.toString("hex")) ?? []);
}

/** How much came in the 24 hours before a mail that has been kept already. */
export async function dayBefore(
  ctx: Ctx,
  mail: { from_email: string | null; received_at: Date },
): Promise<DayBefore> {
  const row = (await ctx
    .db("inbound_mails")
    .whereBetween("received_at", [new Date(mail.received_at.getTime() - DAY), mail.received_at])
    .select(
      ctx.db.raw("(count(*) filter (where from_email is not distinct from ?))::int as sender", [
        mail.from_email,
      ]),
      ctx.db.raw("(count(*) filter (where match_kind is null))::int as unknown"),
    )
    .first()) as DayBefore | undefined;
  return row ?? { sender: 0, unknown: 0 };
}

/** Classes that say that mail to somebody got through. */
const THROUGH = ["human_reply", "auto_reply", "delivered", "relayed", "unsubscribe_request"];
const SOFT = ["mailbox_full", "temporary", "greylisted", "delayed"];

/** How often mail to a contact failed for now since something last got through; what is taken in counts already. */
export async function softFailuresOf(ctx: Ctx, contactId: string): Promise<number> {
  const row = (await ctx
    .db("inbound_mails as i")
    .where("i.contact_id", contactId)
    .whereIn("i.class", SOFT)
    .whereRaw(
      `i.received_at > coalesce((select max(received_at) from inbound_mails
         where contact_id = ? and class = any (?)), '-infinity')`,
      [contactId, THROUGH],
    )
    .count("* as n")
    .first()) as { n: string | number } | undefined;
  return Number(row?.n ?? 0);
}

/** How often an organisation's mail was out of reach since something last got through, and since when. */
export async function strikesOf(
  ctx: Ctx,
  organisationId: string,
): Promise<{ count: number; firstAt: Date } | undefined> {
  const row = (await ctx
    .db("inbound_mails as i")
    .where({ "i.organisation_id": organisationId, "i.class": "org_down" })
    .whereRaw(
      `i.received_at > coalesce((select max(received_at) from inbound_mails
         where organisation_id = ? and class = any (?)), '-infinity')`,
      [organisationId, THROUGH],
    )
    .select(ctx.db.raw("count(*)::int as count"), ctx.db.raw("min(i.received_at) as first_at"))
    .first()) as { count: number; first_at: Date | null } | undefined;
  return row?.first_at ? { count: row.count, firstAt: row.first_at } : undefined;
}
