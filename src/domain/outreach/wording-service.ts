/** One mail put into words, the same way in a preview, when it is queued and at its commit point. */
import { countryName, formatDate, formatNumber } from "../../platform/i18n.js";
import type { Variable } from "./template.js";
import type { LetterWords } from "./letter-views.js";
import { valuesOf, wordMail } from "./wording.js";

/** Whom a mail is worded for. */
export interface WordedFor {
  organisationName: string;
  country: string | null;
  contactName: string | null;
}

/** Subject and Markdown body of a mail for one person in one language, or the variables that have no value. */
export function wordFor(
  text: { subject: string; body: string; language: string },
  person: WordedFor,
  about: { letter: LetterWords | undefined; senderName: string | null; invitationLinkId: string | null },
): { subject: string; body: string } | { missing: Variable[] } {
  const { language } = text;
  const values = valuesOf(
    {
      organisationName: person.organisationName,
      organisationCountry: person.country ? countryName(language, person.country) : null,
      contactName: person.contactName,
      letterTitle: about.letter?.title ?? null,
      letterAddressee: about.letter?.addressee ?? null,
      letterClosesAt: about.letter?.closesAt ?? null,
      signatures: about.letter?.signatures ?? null,
      invitationLinkId: about.invitationLinkId,
      senderName: about.senderName,
    },
    {
      date: (value) => formatDate(language, value),
      number: (value) => formatNumber(language, value),
    },
  );
  return wordMail(text, values);
}
