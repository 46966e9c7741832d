import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { standingState } from "../letters/letter.js";
import { findLetter } from "../letters/service.js";
import { currentText, type CurrentText } from "../letters/views.js";

/** A letter as somebody who answers it meets it: its newest version in the language that fits best. */
export interface LetterToAnswer extends CurrentText {
  id: string;
  slug: string;
  /** In which it stands for everybody now. */
  state: string;
  sponsorName: string;
  sponsorEmail: string;
  fundingNote: string;
  closesAt: Date | null;
  closedAt: Date | null;
}

/** The letter with this id or slug, in `language` if it has that, else in its own. Throws not_found. */
export async function letterToAnswer(ctx: Ctx, slugOrId: string, language?: string): Promise<LetterToAnswer> {
  const letter = await findLetter(ctx, slugOrId);
  const text = await currentText(ctx, letter.id, language);
  if (!text) throw notFound("letter.unknown");
  return {
    ...text,
    id: letter.id,
    slug: letter.slug,
    state: standingState(letter, ctx.clock.now()),
    sponsorName: letter.sponsor_name,
    sponsorEmail: letter.sponsor_email,
    fundingNote: letter.funding_note,
    closesAt: letter.closes_at,
    closedAt: letter.closed_at,
  };
}

/** When a letter stopped taking answers: the earlier of its set end and the moment somebody closed it. */
export function endOf(letter: Pick<LetterToAnswer, "closesAt" | "closedAt">): Date | null {
  if (!letter.closesAt || !letter.closedAt) return letter.closesAt ?? letter.closedAt;
  return letter.closesAt < letter.closedAt ? letter.closesAt : letter.closedAt;
}
