/** Sequences and contacts who go through them, made by the same use cases that staff use. */
import { enrolContacts, type Enrolled } from "../../src/domain/outreach/enrolment-service.js";
import { changeSequence, createSequence } from "../../src/domain/outreach/sequence-service.js";
import type { Ctx } from "../../src/platform/context.js";
import type { TestApp } from "./app.js";
import type { TestContact, TestLetter } from "./mailing.js";

type Input = Parameters<typeof createSequence>[1];
/** A step as a form gives it. */
export type GivenStep = NonNullable<Input["steps"]>[number];

/** A step with words of its own in English. */
export function aStep(words: string, change: Partial<GivenStep> = {}): GivenStep {
  return {
    texts: [
      {
        language: "en",
        subject: `${words} for {{organisation.name}}`,
        body: `Dear {{contact.name}}, ${words}: {{invitation.link}}`,
      },
    ],
    ...change,
  };
}

/** Three steps: at once, after three business days, after five more. */
export const THREE_STEPS = [
  aStep("First words"),
  aStep("Second words", { delay_days: 3 }),
  aStep("Last words", { delay_days: 5 }),
];

/** A running sequence. */
export async function aSequence(
  ctx: Ctx,
  letter: TestLetter,
  change: Partial<Input> = {},
): Promise<{ id: string }> {
  const { id } = await createSequence(ctx, {
    letter: letter.slug,
    name: "Operators",
    steps: THREE_STEPS,
    ...change,
  });
  await changeSequence(ctx, id, { to: "active" });
  return { id };
}

/** Enrols contacts. */
export function enrol(ctx: Ctx, sequence: { id: string }, who: readonly TestContact[]): Promise<Enrolled> {
  return enrolContacts(ctx, sequence.id, { contact_ids: who.map((contact) => contact.id) });
}

/** A message of a sequence, as far as tests look at it. */
export interface SequenceMessage {
  id: string;
  enrolment_id: string;
  step_id: string;
  state: string;
  state_reason: string | null;
  held_reason: string | null;
  subject: string | null;
  body_text: string | null;
  language: string;
  message_id: string;
  in_reply_to: string | null;
  thread_references: string[];
  due_at: Date;
  expires_at: Date;
  sending_at: Date | null;
}

/** The messages to a contact, in the order they were made. */
export async function messagesTo(app: TestApp, contact: TestContact): Promise<SequenceMessage[]> {
  return app
    .db("messages")
    .where({ contact_id: contact.id, purpose: "outreach" })
    .orderBy("created_at")
    .orderBy("id");
}

/** The enrolments of a contact, in the order they were made. */
export async function enrolmentsOf(
  app: TestApp,
  contact: TestContact,
): Promise<{ id: string; state: string; state_reason: string | null; version: number; round: number }[]> {
  return app
    .db("enrolments")
    .where({ contact_id: contact.id })
    .orderBy("created_at")
    .orderBy("id")
    .select("id", "state", "state_reason", "version", "round");
}
