/** A small sequence that is under way in the demonstration: those who have not answered are asked twice more. */
import { enrolContacts } from "../domain/outreach/enrolment-service.js";
import { changeSequence, createSequence } from "../domain/outreach/sequence-service.js";
import { createTemplate } from "../domain/outreach/template-service.js";
import type { Ctx } from "../platform/context.js";
import { DEMO_LETTER } from "./letter.js";
import type { Told } from "./stories.js";

const REMINDER = [
  {
    language: "en",
    subject: "Will {{organisation.name}} sign?",
    body: `Dear {{contact.name}},

some weeks ago we sent you a letter, “{{letter.title}}” Since then {{signatures.count}} organisations have signed it in public. The list closes on {{letter.closes_on}}.

Signing takes five minutes, and so does telling us why not:

{{invitation.link}}

Kind regards,
{{sender.name}}`,
  },
  {
    language: "fr",
    subject: "{{organisation.name}} signera-t-elle ?",
    body: `Bonjour {{contact.name}},

il y a quelques semaines, nous vous avons envoyé une lettre : « {{letter.title}} » Depuis, {{signatures.count}} organisations l’ont signée publiquement. La liste se ferme le {{letter.closes_on}}.

Signer prend cinq minutes, nous dire pourquoi non aussi :

{{invitation.link}}

Cordialement,
{{sender.name}}`,
  },
];

const LAST = [
  {
    language: "en",
    subject: "One last question to {{organisation.name}}",
    body: `Dear {{contact.name}},

we will not write again about this. If something in the letter stands in your way, one line would help us: {{invitation.link}}

Kind regards,
{{sender.name}}`,
  },
  {
    language: "fr",
    subject: "Une dernière question à {{organisation.name}}",
    body: `Bonjour {{contact.name}},

nous ne vous écrirons plus à ce sujet. Si quelque chose dans la lettre vous retient, une ligne nous aiderait : {{invitation.link}}

Cordialement,
{{sender.name}}`,
  },
];

const ENROLLED = 6;

/** Sets the sequence going with some of those who have been written to and have not answered. */
export async function remindSome(writer: Ctx, told: readonly Told[]): Promise<void> {
  const reminder = await createTemplate(writer, { name: "Reminder after some weeks", texts: REMINDER });
  const { id } = await createSequence(writer, {
    letter: DEMO_LETTER.slug,
    name: "No answer yet",
    steps: [{ template_id: reminder.id }, { texts: LAST, delay_days: 5, approval: "each" }],
  });
  await changeSequence(writer, id, { to: "active" });
  const silent = told.filter(({ organisation }) => organisation.story === "approached");
  const contactIds = silent.slice(0, ENROLLED).map(({ contactId }) => contactId);
  if (contactIds.length > 0) await enrolContacts(writer, id, { contact_ids: contactIds });
}
