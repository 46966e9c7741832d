import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { suppressAddress, unsubscribe } from "../../src/domain/consent/service.js";
import { confirmAnswer, declineByInvitation, recordDecline } from "../../src/domain/declines/service.js";
import { stopWriting } from "../../src/domain/invitations/service.js";
import { claimDueMail, processDueMail } from "../../src/domain/mail/sending-service.js";
import { commitMail } from "../../src/domain/mail/commit-service.js";
import type { MailPolicy } from "../../src/domain/mail/verdict-service.js";
import { submitSignature } from "../../src/domain/signatures/service.js";
import type { Ctx } from "../../src/platform/context.js";
import { sendingOf } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { confirmLink, signingForm } from "../support/company.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  unsubscribeToken,
  type TestContact,
  type TestLetter,
} from "../support/mailing.js";
import { settle } from "../support/settle.js";
import { smtpSink, type SmtpSink } from "../support/smtp-sink.js";

/** As many stops as the promise names; those of a batch race with the worker side by side. */
const ROUNDS = 500;
const BATCH = 25;

let sink: SmtpSink;
let app: TestApp;
let letter: TestLetter;
let staff: Ctx;
let visitor: Ctx;

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtpUrl: sink.url } });
  visitor = app.ctx({ kind: "public" });
});
afterAll(async () => {
  await app.mailer.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  sink.mails.length = 0;
  staff = await staffCtx(app);
  letter = await aLetter(app);
});

/** The secret of the invitation in the mail to a contact. */
async function invitationToken(contact: TestContact): Promise<string> {
  const [linkId] = (await app
    .db("invitations")
    .where({ contact_id: contact.id })
    .pluck("link_id")) as string[];
  return app.keys.token("invitation", linkId ?? "", 1);
}

/** A door through which somebody says stop; what has to happen before the race is done in `prepare`. */
interface Door {
  name: string;
  prepare(contact: TestContact): Promise<() => Promise<unknown>>;
}

const unsubscribing: Door = {
  name: "unsubscribes",
  prepare: async (contact) => {
    const token = await unsubscribeToken(app, contact);
    return () => unsubscribe(visitor, token);
  },
};
const doors: readonly Door[] = [
  unsubscribing,
  unsubscribing,
  unsubscribing,
  {
    name: "stops by the invitation",
    prepare: async (contact) => {
      const token = await invitationToken(contact);
      return () => stopWriting(visitor, token);
    },
  },
  {
    name: "declines",
    prepare: async (contact) => {
      const token = await invitationToken(contact);
      return () => declineByInvitation(visitor, token, { reason_code: "first_mover" });
    },
  },
  {
    name: "confirms a signature",
    prepare: async (contact) => {
      const door = { door: "invitation" as const, token: await invitationToken(contact) };
      await submitSignature(visitor, door, signingForm(contact));
      const token = (await confirmLink(app, contact.email)).slice("/confirm/".length);
      return () => confirmAnswer(visitor, token);
    },
  },
  {
    name: "declines on the phone",
    prepare: async (contact) => () =>
      recordDecline(staff, {
        letter: letter.slug,
        organisation_id: contact.organisationId,
        reason_code: "no_sign_policy",
        source: "oral",
      }),
  },
  {
    name: "is suppressed by staff",
    prepare: async (contact) => () =>
      suppressAddress(staff, { email: contact.email, reason: "staff", source: "test" }),
  },
];

/** How many commit points there have been, seen from outside. */
async function commitPoints(): Promise<number> {
  const { rows } = (await app.database.adminDb.raw(
    "select coalesce(pg_sequence_last_value('send_commits'), 0) as n",
  )) as { rows: { n: number }[] };
  return rows[0]?.n ?? 0;
}

/** Each mail whose commit point came after its stop had committed: (contact, points at the stop). */
async function passed(stops: ReadonlyMap<string, number>): Promise<string[]> {
  const rows = (await app
    .db("messages")
    .where({ purpose: "outreach" })
    .whereIn("contact_id", [...stops.keys()])
    .select("contact_id", "commit_number")) as { contact_id: string; commit_number: number | null }[];
  return rows
    .filter((row) => (row.commit_number ?? 0) > (stops.get(row.contact_id) ?? Infinity))
    .map((row) => row.contact_id);
}

const aMoment = (most: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * most));

describe("promise 12: nobody is written to after they have said stop", () => {
  test(`in ${ROUNDS} races of a stop with the worker, through every door, no commit point is later than its stop`, async () => {
    const sending = sendingOf(app);
    const outcomes = new Map<string, Set<unknown>>();
    for (let batch = 0; batch < ROUNDS / BATCH; batch += 1) {
      const contacts: TestContact[] = [];
      while (contacts.length < BATCH) contacts.push(await aContact(app));
      await aMailing(staff, letter, contacts);
      const said = contacts.map((contact, n) => ({ contact, door: doors[(batch + n) % doors.length]! }));
      const acts = [];
      for (const { contact, door } of said) acts.push(await door.prepare(contact));
      const stops = new Map<string, number>();
      const work = async (): Promise<void> => {
        await aMoment(20);
        while ((await processDueMail(app.system, sending, 3)) > 0) await aMoment(4);
      };
      await Promise.all([
        work(),
        work(),
        ...acts.map(async (act, n) => {
          await aMoment(120);
          await act();
          stops.set(said[n]!.contact.id, await commitPoints());
        }),
      ]);
      expect(await passed(stops)).toEqual([]);
      for (const { contact, door } of said) {
        const states = outcomes.get(door.name) ?? new Set();
        outcomes.set(door.name, states.add((await messageToOutreach(contact))["state"]));
      }
      await settle(app);
    }
    // The races were races: through every door some mails were stopped, and some had gone.
    for (const [door, states] of outcomes) {
      expect([door, states.has("sent")]).toEqual([door, true]);
      expect([door, states.has("suppressed") || states.has("cancelled")]).toEqual([door, true]);
    }
    const sent = await app.db("messages").where({ state: "sent" });
    expect(sink.mails).toHaveLength(sent.length);
  }, 180_000);

  test("the oracle bites: a worker that asked its stop rules a moment too early is found out", async () => {
    const contact = await aContact(app);
    await aMailing(staff, letter, [contact]);
    const sending = sendingOf(app);
    const claim = await claimDueMail(app.system, sending, 10);
    const early = await sending.policy.mayGoOut(app.system, claim.rows);
    const decline = await doors.find(({ name }) => name === "declines on the phone")!.prepare(contact);
    await decline();
    const stops = new Map([[contact.id, await commitPoints()]]);
    const hasty: MailPolicy = { ...sending.policy, mayGoOut: async () => early };
    await commitMail(app.system, { ...sending, policy: hasty }, claim);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
    expect(await passed(stops)).toEqual([contact.id]);
  });
});

async function messageToOutreach(contact: TestContact): Promise<Record<string, unknown>> {
  const row = (await app.db("messages").where({ contact_id: contact.id, purpose: "outreach" }).first()) as
    Record<string, unknown> | undefined;
  if (!row) throw new Error("there is no mail to the contact");
  return row;
}
