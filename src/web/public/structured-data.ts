import type { SignatoryTotals } from "../../domain/publication/views.js";
import type { LetterInLanguage } from "./letter-frame.js";

/**
 * A letter for search engines, in the words of schema.org: a creative work with its publisher, its translations, and
 * how many organisations endorse it. Names nobody.
 */
export function letterData(seen: LetterInLanguage, totals: SignatoryTotals, home: string): object {
  const { letter, line, text } = seen;
  const url = `${home}/letters/${letter.slug}`;
  const translations = line.languages
    .filter((language) => language !== text.language)
    .map((language) => ({ "@type": "CreativeWork", inLanguage: language, url: `${url}?lang=${language}` }));
  return {
    "@context": "https://schema.org",
    "@type": "CreativeWork",
    "@id": url,
    url,
    name: text.title,
    abstract: text.summary || text.addressee,
    image: `${url}/card.png?lang=${text.language}`,
    inLanguage: text.language,
    version: text.versionNumber,
    dateModified: text.versionAt.toISOString(),
    ...(letter.opened_at ? { datePublished: letter.opened_at.toISOString() } : {}),
    ...(letter.closes_at ? { expires: letter.closes_at.toISOString() } : {}),
    publisher: { "@type": "Organization", name: letter.sponsor_name, url: home },
    audience: { "@type": "Audience", name: text.addressee },
    interactionStatistic: {
      "@type": "InteractionCounter",
      interactionType: "https://schema.org/EndorseAction",
      userInteractionCount: totals.signed,
    },
    ...(translations.length > 0 ? { workTranslation: translations } : {}),
  };
}
