import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { Candidate, MailingState, RecipientFacts } from "./mailing.js";

/**
 * Signatures that speak for the organisation: confirmed by e-mail, not at an end, and either by invitation or accepted
 * by staff. Anybody can fill in the public page, so that alone cancels no mail.
 */
const SIGNED = `exists (select 1 from signatures g where g.letter_id = l.id and g.organisation_id = o.id and g.state not in
  ('submitted', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded')
  and (g.invitation_id is not null or g.state not in
    ('email_confirmed', 'awaiting_authority', 'attested', 'in_review', 'needs_information')))`;
const DECLINED =
  "exists (select 1 from declines d where d.letter_id = l.id and d.organisation_id = o.id and d.superseded_at is null)";
const ANSWERED = `exists (select 1 from invitations i where i.letter_id = l.id and i.organisation_id = o.id
  and i.contact_id <> c.id and i.answer in ('signature', 'pledge', 'decline'))`;
const SUPPRESSED = `exists (select 1 from suppressions s where s.address_hash = c.address_hash
  and (s.letter_id is null or s.letter_id = l.id))`;
/** Mails that went out, may have gone out, or are about to. */
const ON_THE_WAY = `m.letter_id = l.id and m.purpose = 'outreach'
  and m.state in ('draft', 'approved', 'queued', 'claimed', 'sending', 'sent', 'uncertain', 'blocked')`;

const FACTS = `l.state as letter_state, c.status as contact_status, ${SIGNED} as signed, ${DECLINED} as declined,
  ${ANSWERED} as answered_by_other, ${SUPPRESSED} as suppressed`;
const PERSON = `c.id as contact_id, c.name as contact_name, c.email, c.address_hash, c.lawful_basis, c.source, c.source_at,
  o.id as organisation_id, o.name as organisation_name, o.country, o.sector`;

interface FactRow {
  letter_state: string;
  contact_status: string;
  signed: boolean;
  declined: boolean;
  answered_by_other: boolean;
  suppressed: boolean;
}

interface PersonRow {
  contact_id: string;
  contact_name: string | null;
  email: string | null;
  address_hash: Buffer | null;
  lawful_basis: string;
  source: string;
  source_at: Date;
  organisation_id: string;
  organisation_name: string;
  country: string | null;
  sector: string;
}

/** Whom a mail goes to, and why it may. */
export interface Person {
  contactId: string;
  contactName: string | null;
  email: string | null;
  organisationId: string;
  organisationName: string;
  country: string | null;
  sector: string;
  lawfulBasis: string;
  source: string;
  sourceAt: Date;
}

/** A contact who could get a mail, with all that decides it. */
export type Recipient = Person & Candidate;

function person(row: PersonRow): Person {
  return {
    contactId: row.contact_id,
    contactName: row.contact_name,
    email: row.email,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    country: row.country,
    sector: row.sector,
    lawfulBasis: row.lawful_basis,
    source: row.source,
    sourceAt: row.source_at,
  };
}

function facts(row: FactRow & { email: string | null }): RecipientFacts {
  return {
    letterState: row.letter_state,
    contactStatus: row.contact_status,
    hasAddress: row.email !== null,
    suppressed: row.suppressed,
    signed: row.signed,
    declined: row.declined,
    answeredByOther: row.answered_by_other,
  };
}

/** Which contacts to look at. */
export interface CandidateFilter {
  q?: string | undefined;
  sector?: string | undefined;
  country?: string | undefined;
  contactIds?: readonly string[] | undefined;
}

/** Contacts who could be written to about a letter, by organisation, named persons before role addresses. */
export async function listRecipients(
  ctx: Ctx,
  letterId: string,
  filter: CandidateFilter,
): Promise<Recipient[]> {
  const query = ctx
    .db("contacts as c")
    .join("organisations as o", "o.id", "c.organisation_id")
    .joinRaw("join letters l on l.id = ?", [letterId])
    .select(
      ctx.db.raw(`${PERSON}, ${FACTS},
      exists (select 1 from messages m where m.address_hash = c.address_hash and ${ON_THE_WAY}) as written,
      exists (select 1 from messages m where m.organisation_id = o.id and m.contact_id <> c.id and ${ON_THE_WAY})
        as organisation_written`),
    )
    .orderByRaw("lower(o.name), o.id, (c.name is null), c.created_at, c.id")
    .limit(20_000);
  if (filter.sector) void query.where("o.sector", filter.sector);
  if (filter.country) void query.where("o.country", filter.country);
  if (filter.contactIds) void query.whereIn("c.id", [...filter.contactIds]);
  if (filter.q) {
    const like = `%${filter.q.replace(/[\\%_]/g, "\\$&")}%`;
    void query.whereRaw("(o.name ilike ? or c.name ilike ?)", [like, like]);
  }
  const rows = (await query) as (PersonRow & FactRow & { written: boolean; organisation_written: boolean })[];
  return rows.map((row) => ({
    ...person(row),
    addressHash: row.address_hash?.toString("hex") ?? "",
    facts: facts(row),
    written: row.written,
    organisationWritten: row.organisation_written,
  }));
}

/** What is known of a message at its commit point. */
export interface MessageFacts {
  messageId: string;
  person: Person;
  facts: RecipientFacts;
  /** The contact has another address now than the mail is for. */
  addressChanged: boolean;
  letterId: string;
  sequenceState: string;
  enrolmentState: string;
  enrolmentReason: string | null;
  senderName: string | null;
  sponsorName: string;
  subject: string;
  body: string;
  language: string;
}

/** The facts of some messages, read now. */
export async function factsOfMessages(ctx: Ctx, messageIds: readonly string[]): Promise<MessageFacts[]> {
  const rows = (await ctx
    .db("messages as x")
    .join("contacts as c", "c.id", "x.contact_id")
    .join("organisations as o", "o.id", "c.organisation_id")
    .join("letters as l", "l.id", "x.letter_id")
    .join("steps as p", "p.id", "x.step_id")
    .join("sequences as q", "q.id", "p.sequence_id")
    .join("enrolments as e", "e.id", "x.enrolment_id")
    .leftJoin("staff as f", "f.id", "q.created_by")
    .whereIn("x.id", [...messageIds])
    .select(
      ctx.db
        .raw(`x.id as message_id, ${PERSON}, ${FACTS}, x.letter_id, x.address_hash is distinct from c.address_hash
        as address_changed, q.state as sequence_state,
        e.state as enrolment_state, e.state_reason as enrolment_reason, f.name as sender_name, l.sponsor_name, p.subject, p.body_md, x.language`),
    )) as (PersonRow &
    FactRow & {
      message_id: string;
      letter_id: string;
      address_changed: boolean;
      sequence_state: string;
      enrolment_state: string;
      enrolment_reason: string | null;
      sender_name: string | null;
      sponsor_name: string;
      subject: string;
      body_md: string;
      language: string;
    })[];
  return rows.map((row) => ({
    messageId: row.message_id,
    person: person(row),
    facts: facts(row),
    addressChanged: row.address_changed,
    letterId: row.letter_id,
    sequenceState: row.sequence_state,
    enrolmentState: row.enrolment_state,
    enrolmentReason: row.enrolment_reason,
    senderName: row.sender_name,
    sponsorName: row.sponsor_name,
    subject: row.subject,
    body: row.body_md,
    language: row.language,
  }));
}

/** The words of a letter that a mail may name. */
export interface LetterWords {
  title: string;
  addressee: string;
}

/** The words of the newest version of some letters in a language, or in the letter's own where it lacks that one. */
export async function wordsOfLetters(
  ctx: Ctx,
  letterIds: readonly string[],
  language: string,
): Promise<Map<string, LetterWords>> {
  const rows = (await ctx
    .db("letters as l")
    .joinRaw(
      "join lateral (select id from letter_versions v where v.letter_id = l.id order by number desc limit 1) v on true",
    )
    .join("letter_translations as t", "t.version_id", "v.id")
    .whereIn("l.id", [...letterIds])
    .orderByRaw(
      "t.language = ? desc, t.language = split_part(?, '-', 1) desc, t.language = l.default_language desc",
      [language, language],
    )
    .select("l.id", "t.title", "t.addressee")) as { id: string; title: string; addressee: string }[];
  const words = new Map<string, LetterWords>();
  for (const row of rows) {
    if (!words.has(row.id)) words.set(row.id, { title: row.title, addressee: row.addressee });
  }
  return words;
}

/** A letter as outreach needs it. */
export interface MailedLetter {
  id: string;
  slug: string;
  state: string;
  defaultLanguage: string;
  sponsorName: string;
  sponsorAddress: string;
}

/** Letters by slug or id. */
export async function findMailedLetter(
  ctx: Ctx,
  which: { slug: string } | { id: string },
): Promise<MailedLetter | undefined> {
  const [row] = (await ctx.db("letters").where(which).limit(1)) as Record<string, string>[];
  return row && mailedLetter(row);
}

/** Every letter that a mailing can be about, newest first. */
export async function listMailedLetters(
  ctx: Ctx,
): Promise<(MailedLetter & { title: string; languages: string[] })[]> {
  const rows = (await ctx
    .db("letters as l")
    .joinRaw(
      "join lateral (select id from letter_versions v where v.letter_id = l.id order by number desc limit 1) v on true",
    )
    .whereIn("l.state", ["draft", "in_review", "approved", "gathering", "open", "paused"])
    .orderBy("l.created_at", "desc")
    .select(
      "l.*",
      ctx.db.raw(
        "(select title from letter_translations t where t.version_id = v.id order by t.language = l.default_language desc limit 1) as title",
      ),
      ctx.db.raw(
        "(select array_agg(t.language order by t.language) from letter_translations t where t.version_id = v.id) as languages",
      ),
    )) as (Record<string, string> & { title: string; languages: string[] })[];
  return rows.map((row) => ({ ...mailedLetter(row), title: row.title, languages: row.languages }));
}

function mailedLetter(row: Record<string, string>): MailedLetter {
  return {
    id: row["id"] ?? "",
    slug: row["slug"] ?? "",
    state: row["state"] ?? "",
    defaultLanguage: row["default_language"] ?? "en",
    sponsorName: row["sponsor_name"] ?? "",
    sponsorAddress: row["sponsor_address"] ?? "",
  };
}

/** The names of some staff members, by id. */
export async function staffNames(ctx: Ctx, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const known = ids.filter((id) => id !== null);
  const rows = (await ctx.db("staff").whereIn("id", known).select("id", "name")) as {
    id: string;
    name: string;
  }[];
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Ids of the active staff members of some roles. */
export async function staffOfRoles(ctx: Ctx, roles: readonly string[]): Promise<string[]> {
  return ctx
    .db("staff")
    .where({ active: true })
    .whereIn("role", [...roles])
    .pluck("id");
}

/** A mailing as a list shows it. */
export interface MailingLine {
  id: string;
  subject: string;
  state: MailingState;
  letterSlug: string;
  writtenBy: string | null;
  createdAt: Date;
  queuedAt: Date | null;
  messages: number;
  sent: number;
  /** Uncertain, failed or blocked: somebody should look. */
  trouble: number;
}

/** Mailings, newest first, a page at a time. The caller checks who may see them. */
export async function listMailings(
  ctx: Ctx,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<MailingLine>> {
  const query = ctx
    .db("sequences as q")
    .join("letters as l", "l.id", "q.letter_id")
    .leftJoin("staff as f", "f.id", "q.created_by")
    .joinRaw(
      `left join lateral (select count(*) as messages, count(*) filter (where m.state = 'sent') as sent,
         count(*) filter (where m.state in ('uncertain', 'failed', 'blocked')) as trouble
       from steps p join messages m on m.step_id = p.id where p.sequence_id = q.id) n on true`,
    )
    .where("q.kind", "one_off")
    .orderBy([
      { column: "q.created_at", order: "desc" },
      { column: "q.id", order: "desc" },
    ])
    .limit(page.limit + 1)
    .select(
      "q.id",
      "q.name as subject",
      "q.state",
      "l.slug as letterSlug",
      "f.name as writtenBy",
      "q.created_at as createdAt",
      "q.queued_at as queuedAt",
      "n.messages",
      "n.sent",
      "n.trouble",
    );
  const start = readCursor(page.cursor);
  if (start) void query.whereRaw("(q.created_at, q.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as MailingLine[];
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items,
    next: rows.length > page.limit && last ? writeCursor(last.createdAt, last.id) : null,
  };
}
