/** Among twenty thousand contacts and as many mails no tick and no page reads a large table from end to end. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { preferenceFacts } from "../../../src/domain/consent/views.js";
import { forgetRawMail } from "../../../src/domain/inbound/desk-service.js";
import {
  contactWithAddress,
  lastMessageTo,
  messageByInternetIds,
  organisationsAtDomain,
  softFailuresOf,
  strikesOf,
} from "../../../src/domain/inbound/match-views.js";
import {
  answersTo,
  countOpenInbound,
  inboundOf,
  listInbound,
  repliesToRead,
} from "../../../src/domain/inbound/views.js";
import { HEAPS } from "../../../src/domain/inbound/commands.js";
import { hasEverSent } from "../../../src/domain/mail/guard-store.js";
import { listMailboxes } from "../../../src/domain/mail/mailbox-views.js";
import { listMessages } from "../../../src/domain/mail/views.js";
import {
  contactsById,
  countQueue,
  findContacts,
  sequenceFigures,
  stepFigures,
} from "../../../src/domain/outreach/desk-views.js";
import { endStoppedEnrolments, releaseDueHolds } from "../../../src/domain/outreach/due-service.js";
import { browseEnrolments } from "../../../src/domain/outreach/enrolment-service.js";
import { liveEnrolmentsOf } from "../../../src/domain/outreach/store.js";
import { queuedFrom } from "../../../src/domain/outreach/enrolment-views.js";
import { pacingFacts } from "../../../src/domain/outreach/pacing-views.js";
import { planEnrolment } from "../../../src/domain/outreach/plan-service.js";
import { listQueue } from "../../../src/domain/outreach/queue-views.js";
import { listSequences } from "../../../src/domain/outreach/sequence-views.js";
import { factsOfMessages, listMailings } from "../../../src/domain/outreach/views.js";
import { askForBasisChecks, listEndingBases } from "../../../src/domain/privacy/basis-service.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol } from "../../support/sequence.js";
import { plansOf, seqScansIn } from "../../support/statements.js";

let app: TestApp;
let staff: Ctx;
let letter: TestLetter;
let contact: TestContact;
let sequence: { id: string };
let messageIds: string[];
const COPIES = 20_000;
const SEQUENCES = 50;
const LARGE = [
  "organisations",
  "contacts",
  "enrolments",
  "messages",
  "message_events",
  "inbound_mails",
  "invitations",
  "links",
  "suppressions",
  "tasks",
  "activity",
];

beforeAll(async () => {
  app = await testApp();
  staff = await staffCtx(app);
  letter = await aLetter(app);
  contact = await aContact(app);
  sequence = await aSequence(staff, letter, { steps: [aStep("Words", { approval: "each" }), aStep("More")] });
  await enrol(staff, sequence, [contact]);
  for (let n = 1; n < SEQUENCES; n++)
    await aSequence(staff, letter, { name: `Sequence ${n}`, steps: [aStep("Words")] });
  const { adminDb } = app.database;
  await adminDb.raw("set session_replication_role = replica");
  await manyCopies();
  messageIds = await app.db("messages").limit(10).pluck("id");
});
afterAll(() => app.close());

/** Copies of the one contact with its enrolment and mail, most of them finished long ago, and mail from each. */
async function manyCopies(): Promise<void> {
  const { adminDb } = app.database;
  const statements = [
    `create temporary table copies as select n, gen_random_uuid() as o, gen_random_uuid() as c, gen_random_uuid() as e,
       gen_random_uuid() as m, n % 97 = 0 as live, q.id as q, p.id as p, ?::timestamptz - n * interval '20 minutes' as at
       from generate_series(1, ?::integer) n join (select id, row_number() over (order by id) as k from sequences) q on q.k = n % ${SEQUENCES} + 1
         join steps p on p.sequence_id = q.id and p.position = 1`,
    `insert into organisations (id, name, name_key, country, sector, domain, created_at, updated_at)
     select o, 'Operator ' || n, 'operator ' || n, 'NO', 'satellite_operator', 'd' || n || '.example', at, at from copies`,
    `insert into contacts (id, organisation_id, name, email, address_hash, lawful_basis, source, source_at, created_at, updated_at)
     select c, o, 'Person ' || n, 'p@d' || n || '.example', sha256(('p' || n)::bytea), 'published_address', 'x',
       case when n % 200 = 0 then at - interval '3 years' else at end, at, at from copies`,
    `insert into enrolments (id, sequence_id, contact_id, round, state, state_reason, created_at, finished_at, kind, version, language, letter_id, organisation_id)
     select x.e, x.q, x.c, 1, case when live then 'active' else 'finished' end, case when live then null else 'completed' end,
       at, case when live then null else at end, l.kind, l.version, 'en', l.letter_id, x.o from copies x, (select * from enrolments limit 1) l`,
    `insert into messages (id, purpose, send_key, template, data, language, letter_id, organisation_id, contact_id, enrolment_id, step_id,
       to_email, address_hash, message_id, state, transport, due_at, expires_at, body_hash, sending_at, created_at)
     select x.m, 'outreach', 'old ' || n, 'outreach', '{}', 'en', l.letter_id, x.o, x.c, x.e, x.p, 'p@d' || n || '.example',
       sha256(('p' || n)::bytea), '<old' || n || '@x.example>', case when live then 'draft' else 'sent' end,
       case when live then null else 'capture' end, at, at, sha256('x'), case when live then null else at end, at
     from copies x, (select * from messages limit 1) l`,
    `insert into message_events (id, message_id, at, kind) select gen_random_uuid(), m, at, kind from copies, unnest(array['queued', 'sent']) kind`,
    `insert into inbound_mails (id, hash, size, received_at, taken_in_at, class, message_id, contact_id, organisation_id, letter_id,
       match_kind, handled_at, raw)
     select gen_random_uuid(), sha256(('i' || n)::bytea), 100, at, at, case n % 4 when 0 then 'human_reply' when 1 then 'auto_reply' else 'address_dead' end,
       m, c, o, null, 'sender', case when live then null else at end, case when n < 6000 then 'x'::bytea end from copies`,
    `insert into invitations (id, letter_id, organisation_id, contact_id, link_id, created_at)
     select gen_random_uuid(), ?, o, c, gen_random_uuid(), at from copies`,
    `insert into links (id, purpose, subject_id, generation, token_hash, created_at)
     select gen_random_uuid(), 'unsubscribe', m, 1, sha256(('l' || n)::bytea), at from copies`,
    `insert into suppressions (id, address_hash, reason, source, created_at)
     select gen_random_uuid(), sha256(('s' || n)::bytea), 'staff', 'test', at from copies`,
    `insert into tasks (id, kind, contact_id, organisation_id, subject_id, due_at, created_at, done_at)
     select gen_random_uuid(), case n % 5 when 0 then 'recheck_basis' else 'other' end, c, o, c, at, at, at from copies`,
    `insert into activity (id, at, actor_kind, action, organisation_id, contact_id, subject_id)
     select gen_random_uuid(), at, 'system', 'invitation.made', o, c, c from copies`,
  ];
  for (const [at, sql] of statements.entries()) {
    await adminDb.raw(sql, at === 0 ? [app.clock.now(), COPIES] : sql.includes("?") ? [letter.id] : []);
  }
  await adminDb.raw("analyze");
}

const work: [what: string, work: () => Promise<unknown>][] = [
  ["ending enrolments that a stop rule holds back", () => endStoppedEnrolments(app.system)],
  ["letting go of holds that are over", () => releaseDueHolds(app.system)],
  ["asking for a look at old bases", () => askForBasisChecks(app.system)],
  ["the bases that end", () => listEndingBases(staff)],
  ["dropping raw mails", () => forgetRawMail(app.system)],
  ...HEAPS.map((heap): [string, () => Promise<unknown>] => [
    `the inbox, ${heap}`,
    () => listInbound(staff, { heap, limit: 50 }),
  ]),
  ["what came in from an organisation", () => inboundOf(staff, contact.organisationId)],
  ["the numbers of the inbox", () => countOpenInbound(staff)],
  ["the replies on Today", () => repliesToRead(staff, letter.id, 5)],
  ["the answers to a mail", () => answersTo(staff, newId(app.clock))],
  ["the contact of an address", () => contactWithAddress(app.system, "p@d77.example")],
  ["the last mail to an address", () => lastMessageTo(app.system, contact.hash, app.clock.now())],
  ["the organisation of a domain", () => organisationsAtDomain(app.system, "d77.example")],
  ["the mail of a Message-ID", () => messageByInternetIds(app.system, ["<old77@x.example>"])],
  ["failures of a contact", () => softFailuresOf(app.system, contact.id)],
  ["strikes of an organisation", () => strikesOf(app.system, contact.organisationId)],
  ["pacing", () => pacingFacts(app.system, [newId(app.clock)])],
  ["whether anything was ever sent", () => hasEverSent(app.db)],
  ["the use of mailboxes", () => listMailboxes(staff)],
  ["the mails that wait to be approved", () => listQueue(staff, { limit: 20 })],
  ["those of a sequence", () => listQueue(staff, { sequenceId: sequence.id, limit: 20 })],
  ["their number", () => countQueue(staff)],
  ["the enrolments of a sequence", () => browseEnrolments(staff, { sequenceId: sequence.id, limit: 50 })],
  ["the enrolments of a contact", () => browseEnrolments(staff, { contactId: contact.id, limit: 50 })],
  [
    "the enrolments of an organisation",
    () => browseEnrolments(staff, { organisationId: contact.organisationId, limit: 50 }),
  ],
  ["the live enrolments of a sequence", () => liveEnrolmentsOf(app.db, "sequence", sequence.id)],
  ["the live enrolments of a letter", () => liveEnrolmentsOf(app.db, "letter", letter.id)],
  [
    "the live enrolments of an organisation",
    () => liveEnrolmentsOf(app.db, "organisation", contact.organisationId),
  ],
  ["contacts by name", () => findContacts(staff, "Person 1234", 20)],
  ["contacts without a name", () => findContacts(staff, "", 20)],
  ["contacts by id", () => contactsById(staff, [contact.id])],
  ["how much waits in a mailbox", () => queuedFrom(app.system, null)],
  ["the dry run of ten contacts", () => planEnrolment(staff, sequence.id, { contact_ids: [contact.id] })],
  ["the facts at the commit point", () => factsOfMessages(app.system, messageIds)],
  ["the page of preferences", () => preferenceFacts(app.system, newId(app.clock))],
  ["the messages", () => listMessages(staff, { limit: 50 })],
  ["the messages of a state", () => listMessages(staff, { state: "failed", limit: 50 })],
  ["the list of mailings", () => listMailings(staff, { limit: 30 })],
  ["the list of sequences", () => listSequences(staff, { limit: 50 })],
  ["the figures of sequences", () => sequenceFigures(staff, [sequence.id])],
  ["the figures of steps", () => stepFigures(staff, sequence.id)],
];

describe("the index rule of outreach (ruling 31)", () => {
  test("there are as many as the rule is about", async () => {
    for (const table of LARGE) {
      const [row] = await app.db(table).count<{ n: number }[]>("* as n");
      expect(row?.n).toBeGreaterThan(10_000);
    }
  });

  test.each(work)("%s", async (_what, run) => {
    const plan = await plansOf(app, run);
    expect(plan).not.toBe("");
    expect(seqScansIn(plan).filter((table) => LARGE.includes(table))).toEqual([]);
  });
});
