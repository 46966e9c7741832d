import type { Ctx } from "../../platform/context.js";
import { TOLD_STATES, type SignerMailRow } from "./signer-mail-store.js";

/** A mail to everybody who signed, with how far it is. */
export interface SignerMailLine extends SignerMailRow {
  letter: string;
  author: string | null;
  recipients: number;
  queued: number;
  stopped: number;
}

function lines(ctx: Ctx) {
  return ctx
    .db("signer_mails as m")
    .join("letters as l", "l.id", "m.letter_id")
    .leftJoin("staff as p", "p.id", "m.written_by")
    .orderBy("m.created_at", "desc")
    .select<SignerMailLine[]>("m.*", "l.slug as letter", "p.name as author")
    .select(
      ctx.db.raw("(select count(*)::int from signer_mail_recipients r where r.mail_id = m.id) as recipients"),
      ctx.db.raw(
        "(select count(*)::int from signer_mail_recipients r where r.mail_id = m.id and r.outcome = 'queued') as queued",
      ),
      ctx.db.raw(
        "(select count(*)::int from signer_mail_recipients r where r.mail_id = m.id and r.outcome = 'stopped') as stopped",
      ),
    );
}

/** The mails to the signatories of a letter, newest first. */
export async function listSignerMails(ctx: Ctx, slug: string): Promise<SignerMailLine[]> {
  return lines(ctx).where("l.slug", slug).limit(50);
}

/** One by its id. */
export async function signerMailDetail(ctx: Ctx, id: string): Promise<SignerMailLine | undefined> {
  const found: SignerMailLine[] = await lines(ctx).where("m.id", id);
  return found[0];
}

/** How many addresses would get a mail to everybody who signed a letter. */
export async function countSigners(ctx: Ctx, letterId: string): Promise<number> {
  const row = (await ctx
    .db("signatures")
    .where({ letter_id: letterId })
    .whereIn("state", [...TOLD_STATES])
    .select(ctx.db.raw("count(distinct lower(signatory_email))::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** The address and name of a staff member. */
export async function staffAddress(
  ctx: Ctx,
  id: string,
): Promise<{ email: string; name: string } | undefined> {
  return ctx.db("staff").where({ id }).first("email", "name");
}
