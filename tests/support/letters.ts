import { createLetter } from "../../src/domain/letters/service.js";
import { changeLetterState } from "../../src/domain/letters/state-service.js";
import type { SignatureState } from "../../src/domain/signatures/signature.js";
import type { LetterState } from "../../src/domain/letters/letter.js";
import type { Ctx } from "../../src/platform/context.js";
import { DAY } from "../../src/platform/clock.js";
import { newId } from "../../src/platform/ids.js";
import { pathTo } from "./signature-path.js";

/** What every test letter says unless the test says otherwise. */
export const LETTER = {
  slug: "keep-orbit-usable",
  default_language: "en",
  title: "Keep orbit usable. End destructive anti-satellite tests.",
  addressee: "the heads of government of every state that operates spacecraft",
  body_md:
    "We build, launch, insure and operate satellites.\n\n1. A satellite destroyed on purpose does not disappear.\n2. The damage does not stop at a border.\n3. We ask every government to commit not to carry out destructive tests.\n\nWe take no side between states.",
  summary: "Industry asks for an end to destructive tests.",
  sponsor_name: "Low Orbit Stewardship Forum",
  sponsor_address: "12 Harbour Street, 1011 AB Amsterdam, Netherlands",
  sponsor_email: "letters@forum.example",
  funding_note: "Run and paid for by the Forum, a non-profit association.",
  closes_at: "2027-09-30",
};

const WAY: readonly LetterState[] = ["in_review", "approved", "open"];

/** Makes a letter by the use cases, open unless another state on the way there is asked for. */
export async function makeLetter(
  ctx: Ctx,
  given: Partial<typeof LETTER> & { state?: LetterState } = {},
): Promise<{ id: string; slug: string }> {
  const { state = "open", ...fields } = given;
  const letter = await createLetter(ctx, { ...LETTER, ...fields });
  if (state !== "draft") {
    for (const to of WAY) {
      await changeLetterState(ctx, letter.slug, { to });
      if (to === state) break;
    }
  }
  if (!["draft", ...WAY].includes(state))
    await changeLetterState(ctx, letter.slug, { to: state, reason: "As a test asks." });
  return { id: letter.id, slug: letter.slug };
}

let made = 0;

/** Strings that stand in private columns only; no public page may ever hold one of them. */
export const CANARY = "canary-7f3a";

/** Columns of a signature that a test may name. */
export interface SignatureGiven {
  letterId: string;
  organisation?: string;
  organisationId?: string;
  country?: string;
  sector?: string;
  state?: SignatureState;
  kind?: "signature" | "pledge";
  visibility?: "public" | "confidential";
  signatoryName?: string;
  signatoryTitle?: string;
  quote?: string;
  quoteApproved?: boolean;
  /** When it was confirmed, accepted and published; the clock's now unless said. */
  at?: Date;
}

/** Puts a signature, published unless said otherwise, and its organisation straight into the tables. */
export async function insertSignature(
  ctx: Ctx,
  given: SignatureGiven,
): Promise<{ id: string; organisationId: string }> {
  made += 1;
  const at = given.at ?? ctx.clock.now();
  const name = given.organisation ?? `Organisation ${made}`;
  const organisationId = given.organisationId ?? (await insertOrganisation(ctx, name, given));
  const [version] = (await ctx
    .db("letter_versions as v")
    .join("letter_translations as t", "t.version_id", "v.id")
    .where("v.letter_id", given.letterId)
    .orderBy("v.number", "desc")
    .limit(1)
    .select("v.id", "t.content_hash")) as { id: string; content_hash: Buffer }[];
  const id = newId(ctx.clock);
  const state = given.state ?? "published";
  await ctx.db("signatures").insert({
    id,
    letter_id: given.letterId,
    version_id: version?.id,
    content_hash: version?.content_hash,
    organisation_id: organisationId,
    kind: given.kind ?? "signature",
    visibility: given.visibility ?? "public",
    state: "submitted",
    scope: "entity",
    display_name: name,
    country: given.country ?? "NO",
    sector: given.sector ?? "satellite_operator",
    signatory_name: given.signatoryName ?? "Sigrid Aune",
    signatory_title: given.signatoryTitle ?? "Managing Director",
    signatory_email: `${CANARY}-signatory-${made}@private.example`,
    contact_name: `${CANARY} contact`,
    contact_email: `${CANARY}-contact-${made}@private.example`,
    quote: given.quote ?? null,
    quote_approved: given.quoteApproved ?? false,
    help_offered: `${CANARY} help`,
    language: "en",
    condition_count: given.kind === "pledge" ? 5 : null,
    condition_class: given.kind === "pledge" ? "any" : null,
    rejection_note: `${CANARY} note`,
    submitted_at: at,
    confirmed_at: at,
    accepted_at: at,
    published_at: at,
    withdrawn_at: state === "withdrawn" ? new Date(at.getTime() + DAY) : null,
  });
  for (const next of pathTo(state)) {
    const rejection = next === "rejected" ? { rejection_code: "other" } : {};
    await ctx
      .db("signatures")
      .where({ id })
      .update({ state: next, ...rejection });
  }
  return { id, organisationId };
}

async function insertOrganisation(ctx: Ctx, name: string, given: SignatureGiven): Promise<string> {
  const id = newId(ctx.clock);
  const at = ctx.clock.now();
  await ctx.db("organisations").insert({
    id,
    name,
    name_key: `${name.toLowerCase()} ${made}`,
    country: given.country ?? "NO",
    sector: given.sector ?? "satellite_operator",
    source: `${CANARY} source`,
    external_id: `${CANARY}-external`,
    created_at: at,
    updated_at: at,
  });
  return id;
}
