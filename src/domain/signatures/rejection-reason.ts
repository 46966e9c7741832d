/** A reason for which staff may reject a signature. A code is never deleted once used, only archived. */
export interface RejectionReason {
  code: string;
  /** The signatory is told more than the sentence, in words of the reviewer. */
  needsNote: boolean;
  /** Withdrawn from choice, kept for the signatures that carry it. */
  archived: boolean;
  /** The sentence that the signatory reads, by language; English is always there. */
  sentences: Readonly<Record<string, string>>;
  /** Whether a signature carries it. */
  used: boolean;
  rowVersion: number;
}

/** The sentence of a reason in a language, else in English, else its code. */
export function reasonSentence(
  reason: Pick<RejectionReason, "code" | "sentences">,
  language: string,
): string {
  const { sentences, code } = reason;
  return sentences[language] ?? sentences[language.split("-")[0] ?? ""] ?? sentences["en"] ?? code;
}
