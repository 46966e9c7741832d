import type { Ctx } from "../../platform/context.js";
import { countriesOf } from "../organisations/country.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import { firstContact, type FirstContact } from "../consent/first-contact.js";
import { basisOf, basisVerdict } from "../consent/lawful-basis.js";
import type { LawfulBasis } from "../organisations/contact.js";
import type { EnrolmentState } from "./enrolment.js";
import type { Candidate, MailingState, RecipientFacts } from "./mailing.js";
import type { KeptRules } from "./sequence.js";

/**
 * Signatures that speak for the organisation: confirmed by e-mail, not at an end, and either by invitation or accepted
 * by staff. Anybody can fill in the public page, so that alone cancels no mail.
 */
const SIGNED = `exists (select 1 from signatures g where g.letter_id = l.id and g.organisation_id = o.id and g.state not in
  ('submitted', 'parked', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted')
  and (g.invitation_id is not null or g.state not in
    ('email_confirmed', 'awaiting_authority', 'attested', 'in_review', 'needs_information')))`;
/** Somebody above it signed for the whole group; most organisations have nobody above them. */
const COVERED = "(o.parent_id is not null and covering_signature(l.id, o.id) is not null)";
const DECLINED =
  "exists (select 1 from declines d where d.letter_id = l.id and d.organisation_id = o.id and d.superseded_at is null)";
const ANSWERED = `exists (select 1 from invitations i where i.letter_id = l.id and i.organisation_id = o.id
  and i.contact_id <> c.id and i.answer in ('signature', 'pledge', 'decline'))`;
const SUPPRESSED = `exists (select 1 from suppressions s where s.address_hash = c.address_hash
  and (s.letter_id is null or s.letter_id = l.id))`;
/** Mails that went out, may have gone out, or are about to. */
const ON_THE_WAY = `m.letter_id = l.id and m.purpose = 'outreach'
  and m.state in ('draft', 'approved', 'queued', 'claimed', 'sending', 'sent', 'uncertain', 'blocked')`;

/** No outreach went to the address before, about any letter, and nobody answered or wrote to us from it. */
const FIRST = `not exists (select 1 from messages m where m.address_hash = c.address_hash and m.purpose = 'outreach'
    and m.state in ('sending', 'sent', 'uncertain'))
  and not exists (select 1 from invitations i where i.contact_id = c.id and i.answered_at is not null)
  and not exists (select 1 from inbound_mails w where w.contact_id = c.id and w.class = 'human_reply')`;
const COUNTRY_RULE = `(select jsonb_build_object('role', p.first_contact, 'person', p.first_contact_person)
  from country_policies p where p.country = coalesce(o.country, 'ZZ')) as country_rule`;

/** Everything that decides whether a contact `c` of an organisation `o` may be written to about a letter `l`. */
export const FACTS = `l.state as letter_state, c.status as contact_status, ${SIGNED} as signed, ${COVERED} as covered, ${DECLINED} as declined,
  ${ANSWERED} as answered_by_other, ${SUPPRESSED} as suppressed, ${FIRST} as is_first, ${COUNTRY_RULE},
  c.basis_checked_at, c.basis_ended_at`;
/** Who a contact `c` of an organisation `o` is. */
export const PERSON = `c.id as contact_id, c.name as contact_name, c.email, c.address_hash, c.lawful_basis, c.source, c.source_at,
  c.time_zone, o.id as organisation_id, o.name as organisation_name, o.country, o.sector, c.language`;

/** A row of FACTS. */
export interface FactRow {
  letter_state: string;
  contact_status: string;
  signed: boolean;
  covered: boolean;
  declined: boolean;
  answered_by_other: boolean;
  suppressed: boolean;
  is_first: boolean;
  country_rule: { role: FirstContact; person: FirstContact } | null;
  basis_checked_at: Date | null;
  basis_ended_at: Date | null;
}

/** A row of PERSON. */
export interface PersonRow {
  contact_id: string;
  contact_name: string | null;
  email: string | null;
  address_hash: Buffer | null;
  lawful_basis: LawfulBasis;
  source: string;
  source_at: Date;
  time_zone: string | null;
  organisation_id: string;
  organisation_name: string;
  country: string | null;
  sector: string;
  language: string | null;
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
  /** What the contact reads, where we know it. */
  language: string | null;
  lawfulBasis: string;
  source: string;
  sourceAt: Date;
  /** Its own, where one is known. */
  timeZone: string | null;
}

/** A contact who could get a mail, with all that decides it. */
export type Recipient = Person & Candidate;

/** A person from its row. */
export function person(row: PersonRow): Person {
  return {
    contactId: row.contact_id,
    contactName: row.contact_name,
    email: row.email,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    country: row.country,
    sector: row.sector,
    language: row.language,
    lawfulBasis: row.lawful_basis,
    source: row.source,
    sourceAt: row.source_at,
    timeZone: row.time_zone,
  };
}

/** The facts from their row, as they stand at a time. */
export function facts(row: FactRow & PersonRow, now: Date): RecipientFacts {
  return {
    letterState: row.letter_state,
    contactStatus: row.contact_status,
    hasAddress: row.email !== null,
    suppressed: row.suppressed,
    signed: row.signed,
    covered: row.covered,
    declined: row.declined,
    answeredByOther: row.answered_by_other,
    basisExpired: basisVerdict(basisOf(row), now).kind === "expired",
    firstContact: firstContact({
      country: row.country,
      set: row.country_rule ?? undefined,
      email: row.email,
      basis: row.lawful_basis,
      isFirst: row.is_first,
    }),
  };
}

/** Which contacts to look at. */
export interface CandidateFilter {
  q?: string | undefined;
  sector?: string | undefined;
  country?: string | undefined;
  region?: string | undefined;
  owner_id?: string | undefined;
  contact_language?: string | undefined;
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
  void query.whereNull("c.erased_at");
  if (filter.sector) void query.where("o.sector", filter.sector);
  if (filter.country) void query.where("o.country", filter.country);
  if (filter.region) void query.whereIn("o.country", countriesOf(filter.region));
  if (filter.owner_id) void query.where("o.owner_id", filter.owner_id);
  if (filter.contact_language) {
    void query.whereRaw("split_part(c.language, '-', 1) = split_part(?, '-', 1)", [filter.contact_language]);
  }
  if (filter.contactIds) void query.whereIn("c.id", [...filter.contactIds]);
  if (filter.q) {
    const like = `%${filter.q.replace(/[\\%_]/g, "\\$&")}%`;
    void query.whereRaw("(o.name ilike ? or c.name ilike ?)", [like, like]);
  }
  const rows = (await query) as (PersonRow & FactRow & { written: boolean; organisation_written: boolean })[];
  return rows.map((row) => ({
    ...person(row),
    addressHash: row.address_hash?.toString("hex") ?? "",
    facts: facts(row, ctx.clock.now()),
    written: row.written,
    organisationWritten: row.organisation_written,
  }));
}

/** What is known of a message at its commit point. */
export interface MessageFacts {
  messageId: string;
  person: Person;
  facts: RecipientFacts;
  /** Somebody looked at this very mail and let it go out. */
  approved: boolean;
  /** The contact has another address now than the mail is for. */
  addressChanged: boolean;
  letterId: string;
  sequenceId: string;
  sequenceState: string;
  sequenceKind: "one_off" | "sequence";
  mailboxId: string | null;
  enrolmentId: string;
  enrolmentState: EnrolmentState;
  enrolmentReason: string | null;
  rules: KeptRules;
  senderName: string | null;
  sponsorName: string;
  subject: string;
  body: string;
  language: string;
}

type Row = PersonRow &
  FactRow & {
    message_id: string;
    letter_id: string;
    address_changed: boolean;
    approved: boolean;
    sequence_id: string;
    sequence_state: string;
    sequence_kind: "one_off" | "sequence";
    mailbox_id: string | null;
    enrolment_id: string;
    enrolment_state: EnrolmentState;
    enrolment_reason: string | null;
    rules: KeptRules;
    sender_name: string | null;
    sponsor_name: string;
    subject: string;
    body_md: string;
    mail_language: string;
  };

/** What is known of an outreach message beside the contact and the letter. */
const MAIL = `x.id as message_id, x.letter_id, x.address_hash is distinct from c.address_hash as address_changed,
  exists (select 1 from message_events a where a.message_id = x.id and a.kind = 'approved') as approved,
  q.id as sequence_id, q.state as sequence_state, q.kind as sequence_kind, coalesce(x.mailbox_id, (select b.id from mailboxes b where b.kind = 'settings')) as mailbox_id,
  e.id as enrolment_id, e.state as enrolment_state, e.state_reason as enrolment_reason, v.rules, f.name as sender_name,
  l.sponsor_name, t.subject, t.body_md, x.language as mail_language`;

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
    .joinRaw("join sequence_versions v on v.sequence_id = q.id and v.number = e.version")
    .joinRaw(
      `join lateral (select t.subject, t.body_md from template_texts t where t.version_id = p.template_version_id
         order by t.language = x.language desc, t.language limit 1) t on true`,
    )
    .leftJoin("staff as f", "f.id", "q.created_by")
    .whereIn("x.id", [...messageIds])
    .select(ctx.db.raw(`${PERSON}, ${FACTS}, ${MAIL}`))) as Row[];
  return rows.map((row) => ({
    messageId: row.message_id,
    person: person(row),
    facts: facts(row, ctx.clock.now()),
    approved: row.approved,
    addressChanged: row.address_changed,
    letterId: row.letter_id,
    sequenceId: row.sequence_id,
    sequenceState: row.sequence_state,
    sequenceKind: row.sequence_kind,
    mailboxId: row.mailbox_id,
    enrolmentId: row.enrolment_id,
    enrolmentState: row.enrolment_state,
    enrolmentReason: row.enrolment_reason,
    rules: row.rules,
    senderName: row.sender_name,
    sponsorName: row.sponsor_name,
    subject: row.subject,
    body: row.body_md,
    language: row.mail_language,
  }));
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
