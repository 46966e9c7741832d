/** Outreach in several mails, so that each of its pages has something to show. */
import { enrolContacts } from "../../src/domain/outreach/enrolment-service.js";
import { holdOutreach } from "../../src/domain/outreach/hold-service.js";
import { createSegment } from "../../src/domain/outreach/segment-service.js";
import { changeSequence, createSequence } from "../../src/domain/outreach/sequence-service.js";
import { createTemplate } from "../../src/domain/outreach/template-service.js";
import type { TestApp } from "./app.js";
import { campaign } from "./campaign.js";

/**
 * A sequence of two mails with somebody in it whose first mail waits for approval, a template it uses, a saved filter
 * and a pause. Returns their ids by the part of the address they stand under.
 */
export async function sequenceScene(
  app: TestApp,
  letter: string,
  paused: string,
): Promise<Record<string, string>> {
  const rows = campaign(app);
  const contact = await rows.contact(await rows.organisation("Sable Ridge Ground Stations"));
  const words = {
    language: "en",
    subject: "{{letter.title}}: an invitation",
    body: "Dear {{contact.name}}, please read {{invitation.link}}.",
  };
  const template = await createTemplate(app.system, { name: "First words", texts: [words] });
  const sequence = await createSequence(app.system, {
    letter,
    name: "Ground stations",
    steps: [
      { template_id: template.id, approval: "each" },
      { texts: [{ ...words, body: "Dear {{contact.name}}, did you see it?" }], delay_days: 5 },
    ],
  });
  await changeSequence(app.system, sequence.id, { to: "active" });
  await enrolContacts(app.system, sequence.id, { contact_ids: [contact] });
  const segment = await createSegment(app.system, { name: "Norway", filter: { country: "NO" } });
  await holdOutreach(app.system, { scope: "organisation", subject_id: paused, reason: "We meet on Friday" });
  const waiting = (await app.database
    .adminDb("messages")
    .where({ contact_id: contact, state: "draft" })
    .first("id", "enrolment_id")) as { id: string; enrolment_id: string };
  return {
    sequences: sequence.id,
    templates: template.id,
    segments: segment.id,
    approvals: waiting.id,
    enrolments: waiting.enrolment_id,
  };
}
