import { linkStandIn } from "../mail/rendering.js";
import {
  fillBody,
  fillSubject,
  firstName,
  missingValues,
  showValues,
  type ValueFormat,
  type Values,
  type Variable,
} from "./template.js";

/** What the variables of a mail are made from. */
export interface WordingFacts {
  organisationName: string;
  /** The country's name in the mail's language. */
  organisationCountry: string | null;
  contactName: string | null;
  letterTitle: string | null;
  letterAddressee: string | null;
  letterClosesAt: Date | null;
  /** Published public signatures of the letter. */
  signatures: number | null;
  /** Null in a preview: nobody has been invited yet. */
  invitationLinkId: string | null;
  senderName: string | null;
}

/** Stands for the link in a preview, where it shows what will be there without being one. */
const PREVIEW_LINK = "https://preview.invalid/r/personal-link";

/** The values of all variables for one recipient. */
export function valuesOf(facts: WordingFacts, format: ValueFormat): Values {
  return showValues(
    {
      "organisation.name": facts.organisationName,
      "organisation.country": facts.organisationCountry,
      "contact.name": facts.contactName,
      "contact.first_name": firstName(facts.contactName),
      "letter.title": facts.letterTitle,
      "letter.addressee": facts.letterAddressee,
      "letter.closes_on": facts.letterClosesAt,
      "signatures.count": facts.signatures,
      "invitation.link": facts.invitationLinkId ? linkStandIn(facts.invitationLinkId) : PREVIEW_LINK,
      "sender.name": facts.senderName,
    },
    format,
  );
}

/** Subject and Markdown body for one recipient, or the variables that have no value. */
export function wordMail(
  words: { subject: string; body: string },
  values: Values,
): { subject: string; body: string } | { missing: Variable[] } {
  const missing = missingValues([words.subject, words.body], values);
  if (missing.length > 0) return { missing };
  return { subject: fillSubject(words.subject, values), body: fillBody(words.body, values) };
}
