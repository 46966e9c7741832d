import type { Ctx } from "../../platform/context.js";

/** How far an organisation has come with a letter; each date is the first of its kind. */
export interface LetterStanding {
  letter_id: string;
  slug: string;
  title: string;
  approached_at: Date | null;
  answered_at: Date | null;
  confirmed_at: Date | null;
  published_at: Date | null;
  pledged_at: Date | null;
  declined_at: Date | null;
  /** Since when a signature of an organisation above it covers it, and whose that is. */
  covered_at: Date | null;
  covered_by_id: string | null;
  covered_by_name: string | null;
}

/** A mail to the organisation. */
export interface DossierMessage {
  id: string;
  subject: string | null;
  to_email: string;
  to_name: string | null;
  purpose: string;
  state: string;
  state_reason: string | null;
  held_reason: string | null;
  transport: "smtp" | "capture" | null;
  created_at: Date;
  finished_at: Date | null;
}

/** A signature or pledge of the organisation. */
export interface DossierSignature {
  id: string;
  kind: string;
  visibility: string;
  state: string;
  signatory_name: string;
  signatory_title: string;
  letter_slug: string;
  submitted_at: Date;
  published_at: Date | null;
}

/** A no of the organisation. */
export interface DossierDecline {
  id: string;
  reason_code: string;
  contributing: string[];
  source: string;
  said_by: string | null;
  comment: string | null;
  next_ask: string | null;
  revisit_on: string | null;
  decided_at: Date;
  superseded_at: Date | null;
  letter_slug: string;
}

/** A personal link to one of the organisation's contacts. */
export interface DossierInvitation {
  id: string;
  letter_slug: string;
  contact_name: string | null;
  contact_email: string | null;
  answer: string | null;
  answered_at: Date | null;
  created_at: Date;
}

/** A row of an imported list that the organisation came or changed by. */
export interface DossierImport {
  import_id: string;
  file_name: string;
  row_number: number;
  verdict: string;
  applied_at: Date;
}

/** Everything that happened with an organisation, for its page. */
export interface DossierSections {
  standings: LetterStanding[];
  messages: DossierMessage[];
  signatures: DossierSignature[];
  declines: DossierDecline[];
  invitations: DossierInvitation[];
  imports: DossierImport[];
}

const SHOWN = 50;

/** What every concept knows of an organisation, newest first, at most 50 each. The caller checks who may see it. */
export async function dossierSections(ctx: Ctx, organisationId: string): Promise<DossierSections> {
  return {
    standings: await standings(ctx, organisationId),
    messages: await messages(ctx, organisationId),
    signatures: await signatures(ctx, organisationId),
    declines: await declines(ctx, organisationId),
    invitations: await invitations(ctx, organisationId),
    imports: await imports(ctx, organisationId),
  };
}

async function standings(ctx: Ctx, organisationId: string): Promise<LetterStanding[]> {
  const result = await ctx.db.raw<{ rows: LetterStanding[] }>(
    `with
     sent as (select letter_id, min(coalesce(sending_at, finished_at)) as at from messages
       where organisation_id = :id and purpose = 'outreach' and state in ('sending', 'sent', 'uncertain') group by letter_id),
     asked as (select letter_id, min(created_at) as at, min(answered_at) as answered from invitations
       where organisation_id = :id group by letter_id),
     signed as (select letter_id, min(confirmed_at) as confirmed, min(published_at) as published,
         min(accepted_at) filter (where condition_class is not null) as pledged from signatures
       where organisation_id = :id group by letter_id),
     refused as (select letter_id, max(decided_at) as at from declines
       where organisation_id = :id and superseded_at is null group by letter_id),
     replied as (select letter_id, min(received_at) as at from inbound_mails
       where organisation_id = :id and class = 'human_reply' group by letter_id)
     select l.id as letter_id, l.slug, coalesce(t.title, l.slug) as title, sent.at as approached_at,
       least(asked.answered, signed.confirmed, refused.at, replied.at) as answered_at, signed.confirmed as confirmed_at,
       signed.published as published_at, signed.pledged as pledged_at, refused.at as declined_at,
       coalesce(cover.accepted_at, cover.published_at) as covered_at, cover.organisation_id as covered_by_id, parent.name as covered_by_name
     from letters l
     left join sent on sent.letter_id = l.id left join asked on asked.letter_id = l.id
     left join signed on signed.letter_id = l.id left join refused on refused.letter_id = l.id
     left join replied on replied.letter_id = l.id
     left join lateral (select t.title from letter_translations t join letter_versions v on v.id = t.version_id
       where v.letter_id = l.id order by v.number desc, (t.language = l.default_language) desc limit 1) t on true
     left join signatures cover on cover.id = covering_signature(l.id, :id)
     left join organisations parent on parent.id = cover.organisation_id
     where coalesce(sent.at, asked.at, signed.confirmed, refused.at) is not null or cover.id is not null
     order by coalesce(signed.confirmed, refused.at, sent.at, asked.at, cover.accepted_at, cover.published_at) desc, l.id`,
    { id: organisationId },
  );
  return result.rows;
}

async function messages(ctx: Ctx, organisationId: string): Promise<DossierMessage[]> {
  return ctx
    .db("messages")
    .where({ organisation_id: organisationId })
    .whereNot("purpose", "test")
    .select<DossierMessage[]>(
      "id",
      "subject",
      "to_email",
      "to_name",
      "purpose",
      "state",
      "state_reason",
      "held_reason",
      "transport",
      "created_at",
      "finished_at",
    )
    .orderBy("created_at", "desc")
    .limit(SHOWN);
}

async function signatures(ctx: Ctx, organisationId: string): Promise<DossierSignature[]> {
  return ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .where("s.organisation_id", organisationId)
    .select<DossierSignature[]>(
      "s.id",
      "s.kind",
      "s.visibility",
      "s.state",
      "s.signatory_name",
      "s.signatory_title",
      "s.submitted_at",
      "s.published_at",
      "l.slug as letter_slug",
    )
    .orderBy("s.submitted_at", "desc")
    .limit(SHOWN);
}

async function declines(ctx: Ctx, organisationId: string): Promise<DossierDecline[]> {
  return ctx
    .db("declines as d")
    .join("letters as l", "l.id", "d.letter_id")
    .where("d.organisation_id", organisationId)
    .select<DossierDecline[]>(
      "d.id",
      "d.reason_code",
      "d.contributing",
      "d.source",
      "d.said_by",
      "d.comment",
      "d.next_ask",
      "d.revisit_on",
      "d.decided_at",
      "d.superseded_at",
      "l.slug as letter_slug",
    )
    .orderBy("d.decided_at", "desc")
    .limit(SHOWN);
}

async function invitations(ctx: Ctx, organisationId: string): Promise<DossierInvitation[]> {
  return ctx
    .db("invitations as i")
    .join("letters as l", "l.id", "i.letter_id")
    .join("contacts as c", "c.id", "i.contact_id")
    .where("i.organisation_id", organisationId)
    .select<DossierInvitation[]>(
      "i.id",
      "l.slug as letter_slug",
      "c.name as contact_name",
      "c.email as contact_email",
      "i.answer",
      "i.answered_at",
      "i.created_at",
    )
    .orderBy("i.created_at", "desc")
    .limit(SHOWN);
}

async function imports(ctx: Ctx, organisationId: string): Promise<DossierImport[]> {
  return ctx
    .db("import_rows as r")
    .join("imports as i", "i.id", "r.import_id")
    .where("r.organisation_id", organisationId)
    .select<DossierImport[]>("r.import_id", "i.file_name", "r.row_number", "r.verdict", "r.applied_at")
    .orderBy("r.applied_at", "desc")
    .limit(SHOWN);
}
