import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { commitMail } from "../../src/domain/mail/commit-service.js";
import {
  claimDueMail,
  expireMessages,
  processDueMail,
  recoverLeases,
  takeDueMail,
} from "../../src/domain/mail/sending-service.js";
import type { Sending } from "../../src/domain/mail/commit-service.js";
import type { MailPolicy } from "../../src/domain/mail/verdict-service.js";
import { outreachPolicy } from "../../src/domain/outreach/policy-service.js";
import { inWindow } from "../../src/domain/outreach/timing-service.js";
import {
  addOpenDays,
  DEFAULT_WINDOW,
  isOpen,
  placeOf,
  windowFor,
  type SendWindow,
} from "../../src/domain/outreach/window.js";
import { localTime } from "../../src/platform/calendar.js";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/platform/clock.js";
import type { SendVerdict } from "../../src/platform/mailer-verdict.js";
import { newId } from "../../src/platform/ids.js";
import { sendingOf } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { aContact, aLetter, aMailing } from "../support/mailing.js";

// Real rows and real use cases; the clock is moved by hand, and the mail server's answers are drawn by lot.
let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const COUNTRIES = ["NO", "US", "NP", "SA", "AU"];
const WINDOW: SendWindow = { from: "08:00", to: "19:00", days: [1, 2, 3, 4, 5, 6, 7], holidays: true };
const CAPS = { boxDay: 18, boxMinute: 4, domainDay: 8, domainMinute: 2 };
const MAILS = 40;

/** Which of several countries a message goes to, by its id. */
type Countries = Map<string, string>;

/** Outreach's policy with a window on every mail, as the version of a sequence gives one. */
function windowed(countries: Countries): MailPolicy {
  return {
    ...outreachPolicy,
    mayGoOut: async (ctx, messages) => {
      const verdicts = await outreachPolicy.mayGoOut(ctx, messages);
      return new Map(
        [...verdicts].map(([id, verdict]) => {
          const place = placeOf({ country: countries.get(id) ?? null, timeZone: null });
          return [id, inWindow(verdict, WINDOW, place, ctx.clock.now())];
        }),
      );
    },
  };
}

/** What happens next in the life of a worker. */
type Event = { kind: "work" | "two" | "dies after claiming" | "dies while sending"; after: number };

const events = fc.array(
  fc.record<Event>({
    kind: fc.constantFrom("work", "work", "work", "two", "dies after claiming", "dies while sending"),
    after: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: SECOND, max: 2 * HOUR }) },
      { weight: 5, arbitrary: fc.integer({ min: 4 * HOUR, max: 20 * HOUR }) },
      { weight: 3, arbitrary: fc.integer({ min: -110 * SECOND, max: -SECOND }) },
      { weight: 1, arbitrary: fc.constant(5 * DAY) },
    ),
  }),
  { minLength: 25, maxLength: 50 },
);

const ANSWERS: SendVerdict["kind"][] = ["sent", "sent", "sent", "deferred", "failed", "uncertain"];

async function campaign(start: Date): Promise<Countries> {
  await app.database.clean();
  app.clock.set(start);
  await app.db("mailboxes").insert({
    id: newId(app.clock),
    kind: "settings",
    name: "Letters",
    from_email: "letters@forum.example",
    cap_day: CAPS.boxDay,
    cap_minute: CAPS.boxMinute,
    created_at: start,
  });
  await app
    .db("sending_control")
    .insert({ cap_domain_day: CAPS.domainDay, cap_domain_minute: CAPS.domainMinute });
  const letter = await aLetter(app);
  const contacts = [];
  for (let n = 0; n < MAILS; n++) {
    const country = COUNTRIES[n % COUNTRIES.length] ?? "NO";
    contacts.push(await aContact(app, { country, email: `p${n}@domain${n % 4}.example` }));
  }
  await aMailing(await staffCtx(app), letter, contacts);
  const rows: { id: string; country: string }[] = await app
    .db("messages as m")
    .join("organisations as o", "o.id", "m.organisation_id")
    .select("m.id", "o.country");
  return new Map(rows.map(({ id, country }) => [id, country]));
}

async function live(sending: Sending, kind: Event["kind"]): Promise<void> {
  const ctx = app.system;
  await recoverLeases(ctx, sending.policy);
  await expireMessages(ctx, sending.policy);
  if (kind === "dies after claiming") await claimDueMail(ctx, sending, 10);
  else if (kind === "dies while sending") await takeDueMail(ctx, sending, 3);
  else if (kind === "two") {
    const claims = [await claimDueMail(ctx, sending, 6), await claimDueMail(ctx, sending, 6)];
    await Promise.all(claims.map((claim) => commitMail(ctx, sending, claim)));
  } else while ((await processDueMail(ctx, sending, 15)) > 0);
}

function mostInAnySpan(times: readonly number[], span: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let [most, first] = [0, 0];
  sorted.forEach((time, last) => {
    while ((sorted[first] ?? 0) <= time - span) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

interface Sent {
  id: string;
  domain: string;
  state: string;
  attempts: number[];
}

async function whatHappened(): Promise<Sent[]> {
  return app.db("messages as m").select(
    "m.id",
    "m.recipient_domain as domain",
    "m.state",
    app.db.raw(`array(select (extract(epoch from e.at) * 1000)::float8 from message_events e
      where e.message_id = m.id and e.kind = 'sending' order by e.place) as attempts`),
  );
}

const LASTING = new Set(["sending", "sent", "uncertain", "failed"]);

function expectCaps(mails: readonly Sent[], limit: { day: number; minute: number }): void {
  const went = mails.filter((mail) => LASTING.has(mail.state)).map((mail) => mail.attempts.at(-1) ?? 0);
  expect(mostInAnySpan(went, DAY)).toBeLessThanOrEqual(limit.day);
  const attempts = mails.flatMap((mail) => mail.attempts);
  expect(mostInAnySpan(attempts, MINUTE)).toBeLessThanOrEqual(limit.minute);
}

async function expectNothingLost(mails: readonly Sent[]): Promise<void> {
  const tasks: { kind: string; subject_id: string }[] = await app.db("tasks").select("kind", "subject_id");
  const has = (kind: string, id: string) =>
    tasks.some((task) => task.kind === kind && task.subject_id === id);
  for (const { id, state } of mails) {
    expect(["sent", "failed", "queued", "claimed", "sending", "expired", "uncertain"]).toContain(state);
    if (state === "expired") expect(has("expired_message", id)).toBe(true);
    if (state === "uncertain") expect(has("uncertain_message", id)).toBe(true);
  }
}

describe("promise 45: the right time, whatever the clock and the worker do", () => {
  test("no cap is exceeded in any span, no mail leaves outside its window, and nothing is lost", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 0, max: 300 * 24 }),
        fc.array(fc.constantFrom(...ANSWERS), { minLength: 7, maxLength: 31 }),
        async (life, startHour, answers) => {
          const countries = await campaign(new Date(Date.UTC(2027, 0, 4) + startHour * HOUR));
          let drawn = 0;
          const sending: Sending = {
            ...sendingOf(app),
            policy: windowed(countries),
            mailer: {
              ...app.mailer,
              send: async () => ({
                kind: answers[drawn++ % answers.length] ?? "sent",
                reason: "drawn",
                reply: null,
              }),
            },
          };
          for (const { kind, after } of life) {
            await live(sending, kind);
            app.clock.advance(after);
          }
          await live(sending, "work");

          const mails = await whatHappened();
          expect(mails).toHaveLength(MAILS);
          expectCaps(mails, { day: CAPS.boxDay, minute: CAPS.boxMinute });
          for (const domain of new Set(mails.map((mail) => mail.domain))) {
            const theirs = mails.filter((mail) => mail.domain === domain);
            expectCaps(theirs, { day: CAPS.domainDay, minute: CAPS.domainMinute });
          }
          for (const { id, attempts } of mails) {
            const place = placeOf({ country: countries.get(id) ?? null, timeZone: null });
            for (const at of attempts) expect(isOpen(WINDOW, place, new Date(at))).toBe(true);
          }
          await expectNothingLost(mails);
          for (const mail of mails) seen.add(mail.state);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    // The lives were full enough to say something.
    expect([...seen]).toEqual(expect.arrayContaining(["sent", "uncertain", "failed"]));
  }, 120_000);

  test("what waits for room goes in its turn, and never counts as an attempt", async () => {
    await campaign(new Date("2027-03-01T09:00:00Z"));
    await app.db("mailboxes").update({ cap_day: 10, cap_minute: null });
    await app.db("sending_control").update({ cap_domain_day: null, cap_domain_minute: null });
    const sending = sendingOf(app);
    for (let day = 0; day < 4; day++) {
      while ((await processDueMail(app.system, sending, 7)) > 0);
      expect(await app.db("messages").where({ state: "sent" })).toHaveLength(10 * (day + 1));
      if (day === 0) {
        const due: Date[] = await app
          .db("messages")
          .where({ state: "queued" })
          .orderBy("due_at")
          .pluck("due_at");
        const days = due.map((at) => (at.getTime() - app.clock.now().getTime()) / DAY);
        expect(days).toEqual([1, 2, 3].flatMap((each) => Array<number>(10).fill(each)));
        expect(await app.db("messages").where({ state_reason: "cap", attempts: 0 })).toHaveLength(30);
      }
      app.clock.advance(DAY);
    }
    expect(await app.db("messages").where({ attempts: 1, state: "sent" })).toHaveLength(MAILS);
  });

  test("a limit that is taken away, or was never set, holds nothing up", async () => {
    await campaign(new Date("2027-03-01T09:00:00Z"));
    await app.db("mailboxes").delete();
    await app.db("sending_control").delete();
    while ((await processDueMail(app.system, sendingOf(app), 50)) > 0);
    expect(await app.db("messages").where({ state: "sent" })).toHaveLength(MAILS);
  });
});

describe("promise 45: reminders", () => {
  test("one on every open day at the same time of day: none twice, none skipped, over two years of moved clocks", () => {
    for (const country of ["FR", "US", "SA", "AU", "CL", "NP", "IR", "NZ"]) {
      const [window, place] = [windowFor(country), placeOf({ country, timeZone: null })];
      let at = new Date("2026-11-23T12:00:00Z");
      at = addOpenDays(window, place, at, 1);
      const { time } = localTime(place.zone, at);
      for (let reminder = 0; reminder < 500; reminder++) {
        const next = addOpenDays(window, place, at, 1);
        expect(localTime(place.zone, next).time).toBe(time);
        const between = [...Array(Math.round((next.getTime() - at.getTime()) / DAY)).keys()].slice(1);
        const skipped = between.filter((days) => isOpen(window, place, new Date(at.getTime() + days * DAY)));
        expect([country, at.toISOString(), skipped]).toEqual([country, at.toISOString(), []]);
        at = next;
      }
    }
  });

  test("are counted in days on which the reader works, not in days", () => {
    const oslo = placeOf({ country: "NO", timeZone: null });
    const before = new Date("2027-03-24T10:00:00Z");
    expect(addOpenDays(DEFAULT_WINDOW, oslo, before, 1).toISOString()).toBe("2027-03-30T09:00:00.000Z");
  });
});
