/** Which of its languages a mail goes out in. */

/**
 * The first of: the contact's language, its base language (`fr` for `fr-CA`), the letter's own, English; else the
 * first text there is. Undefined only when there is none.
 */
export function chooseLanguage(
  available: readonly string[],
  wish: { contact: string | null; letter: string },
): string | undefined {
  const chain = [...withBase(wish.contact), ...withBase(wish.letter), "en"];
  const exact = chain.find((language) => available.includes(language));
  return exact ?? available[0];
}

function withBase(language: string | null): string[] {
  if (!language) return [];
  const base = language.split("-")[0] ?? language;
  return base === language ? [language] : [language, base];
}
