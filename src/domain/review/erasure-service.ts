import type { Ctx } from "../../platform/context.js";
import { wipePerson } from "./erasure-store.js";
import { wipeWords } from "./store.js";

/** Takes a person out of notes, questions, lists and mails of the review; part of erasing them everywhere. */
export async function erasePersonFromReview(
  tx: Ctx,
  person: { words: readonly string[]; email: string | null },
): Promise<void> {
  await wipePerson(tx.db, person);
}

/** Takes away what staff and signatories wrote to each other about some entries; part of anonymising their letter. */
export async function eraseWordsOf(tx: Ctx, signatureIds: readonly string[]): Promise<void> {
  await wipeWords(tx.db, signatureIds);
}
