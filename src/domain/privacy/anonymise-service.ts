/**
 * Half a year after a letter has ended nobody has to be asked any more: the persons behind its signatures are erased,
 * and the organisations' public act stays. Each concept takes the persons out of its own tables.
 */
import { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid } from "../../platform/errors.js";
import { parse, ticked } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { findLetter } from "../letters/service.js";
import { eraseMailsOfSigning } from "../mail/erasure-service.js";
import { erasePersonsFromLog } from "../log/erasure-service.js";
import { eraseWordsOf } from "../review/erasure-service.js";
import { eraseSignatories, personsBehind } from "../signatures/erasure-service.js";
import { eraseSaidOf } from "../statements/erasure-service.js";
import { requirePermission } from "../team/service.js";
import { anonymiseFrom } from "./anonymise.js";

const anonymiseCommand = z.object({ confirm: ticked().default(false) });

/** What anonymising a letter would meet; changes nothing. */
export interface AnonymiseView {
  slug: string;
  persons: number;
  /** From when on it may be done; null while the letter has not ended. */
  from: Date | null;
  may: boolean;
}

/** Whether, and from when on, the persons behind a letter's signatures may be erased. Throws not_found. */
export async function previewAnonymise(ctx: Ctx, slug: string): Promise<AnonymiseView> {
  requirePermission(ctx, "privacy:manage");
  const letter = await findLetter(ctx, slug);
  const ends = [letter.closes_at, letter.closed_at].filter((each) => each !== null);
  const endedAt = ends.length > 0 ? new Date(Math.min(...ends.map((each) => each.getTime()))) : null;
  const from = anonymiseFrom({ state: letter.state, endedAt });
  const persons = await personsBehind(ctx, letter.id);
  const over = from !== null && from.getTime() <= ctx.clock.now().getTime();
  return { slug: letter.slug, persons, from, may: over && persons > 0 };
}

/**
 * Erases the persons behind all signatures of a letter. Can't be undone. Throws conflict before its time, when there is
 * nobody left, or while a mail to one of them is on its way; invalid without the confirmation.
 */
export async function anonymiseLetter(ctx: Ctx, slug: string, input: unknown): Promise<{ erased: number }> {
  requirePermission(ctx, "privacy:manage");
  const { confirm } = parse(anonymiseCommand, input);
  const letter = await findLetter(ctx, slug);
  return transaction(ctx, async (tx) => {
    const view = await previewAnonymise(tx, slug);
    if (view.persons === 0) throw conflict("anonymise.nothing");
    if (!view.may) throw conflict("anonymise.too_early");
    if (!confirm) throw invalid("form.invalid", { confirm: "errors.anonymise.confirm" });
    if (!(await eraseMailsOfSigning(tx, letter.id))) throw conflict("anonymise.mail_under_way");
    const ids = await eraseSignatories(tx, letter.id);
    await eraseSaidOf(tx, letter.id, ids);
    await eraseWordsOf(tx, ids);
    await erasePersonsFromLog(tx, ids);
    await record(tx, { action: "letter.anonymised", letterId: letter.id, detail: { entries: ids.length } });
    return { erased: ids.length };
  });
}
