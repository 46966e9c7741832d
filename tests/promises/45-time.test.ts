import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { askToSend, type Guard } from "../../src/domain/mail/guard-service.js";
import { takeDueMail } from "../../src/domain/mail/sending-service.js";
import { judgeTime, timeWatch, type TimeMemory } from "../../src/domain/mail/time-step.js";
import { acceptTime } from "../../src/domain/outreach/arming-service.js";
import { DAY, HOUR, MINUTE, SECOND, systemClock } from "../../src/platform/clock.js";
import { timedTransaction } from "../../src/platform/database-time.js";
import { machineOf, sendingOf, tidyUp } from "../../src/worker/schedule.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../support/mailing.js";
import { settle } from "../support/settle.js";
import { smtpSink, type SmtpSink } from "../support/smtp-sink.js";

const NOON = new Date("2027-03-01T12:00:00Z");
const after = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);
const calm: TimeMemory = { mark: NOON, pausedAt: null, step: null };

describe("a reading of the time", () => {
  test.each([
    ["a second later", after(SECOND), after(SECOND), "steady"],
    ["a minute early, as two machines may differ", after(-MINUTE), undefined, "steady"],
    ["three days later for a worker that has just begun", after(3 * DAY), undefined, "steady"],
    ["three days later while only a second has passed", after(3 * DAY), after(SECOND), "stepped"],
    ["two and a half minutes ahead of what has passed", after(150 * SECOND), after(0), "stepped"],
    ["three minutes behind the last one", after(-3 * MINUTE), undefined, "stepped"],
    ["an hour behind what has passed, ahead of the last mark", after(HOUR), after(2 * HOUR), "stepped"],
  ] as const)("%s is %s", (_what, reading, expected, kind) => {
    expect(judgeTime(calm, reading, expected).kind).toBe(kind);
  });

  test("that had jumped backwards is in line again when it has caught up", () => {
    const memory = { mark: NOON, pausedAt: after(-HOUR), step: -HOUR };
    expect(judgeTime(memory, after(-30 * MINUTE), undefined).kind).toBe("paused");
    expect(judgeTime(memory, after(-MINUTE), undefined).kind).toBe("back");
  });

  test("that had jumped forwards is in line again when the clock has been set back", () => {
    const memory = { mark: NOON, pausedAt: after(DAY), step: DAY };
    expect(judgeTime(memory, after(DAY + HOUR), undefined).kind).toBe("paused");
    expect(judgeTime(memory, after(HOUR), undefined).kind).toBe("back");
    expect(judgeTime(memory, after(-HOUR), undefined).kind).toBe("paused");
  });
});

describe("promise 45: time that jumps stops sending", () => {
  let sink: SmtpSink;
  let app: TestApp;
  let contact: TestContact;
  /** What the worker's monotonic clock says, in milliseconds. */
  let passed: number;
  let guard: Guard;

  beforeAll(async () => {
    sink = await smtpSink();
    app = await testApp({ config: { smtpUrl: sink.url } });
  });
  afterAll(async () => {
    await app.mailer.close();
    await app.close();
    await sink.close();
  });
  beforeEach(async () => {
    await app.database.clean();
    app.clock.set(NOON);
    sink.mails.length = 0;
    passed = 0;
    guard = {
      ...sendingOf(app).guard,
      worker: { id: "01900000-0000-7000-8000-000000000001", watch: timeWatch(() => passed), halt: undefined },
    };
    await look();
    contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
  });

  const sending = () => ({ ...sendingOf(app), guard });
  /** One look of the worker: tidies up, then takes what is due. */
  const look = async (): Promise<number> => {
    await tidyUp(app.system, sending(), machineOf(app));
    return (await takeDueMail(app.system, sending(), 10)).mails.length;
  };
  const openTasks = (): Promise<string[]> => app.db("tasks").whereNull("done_at").pluck("kind");
  const move = (clock: number, really: number): void => {
    app.clock.advance(clock);
    passed += really;
  };

  test("a clock that runs as time does lets mail go", async () => {
    move(10 * MINUTE, 10 * MINUTE);
    expect(await look()).toBe(1);
    expect(await openTasks()).toEqual([]);
  });

  test("four days that did not pass send nothing, expire nothing and close nothing, until a person has looked", async () => {
    await app.db("letters").update({ closes_at: after(DAY) });
    move(4 * DAY, SECOND);
    expect(await look()).toBe(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued" });
    expect(await app.db("letters").pluck("state")).toEqual(["open"]);
    move(SECOND, SECOND);
    expect(await look()).toBe(0);
    expect(await openTasks()).toEqual(["time_stepped"]);
    // Another worker, and one-shot commands, wait too.
    await settle(app);
    expect(sink.mails).toHaveLength(0);
    expect(await messageTo(app, contact)).toMatchObject({ state: "queued" });

    await acceptTime(await staffCtx(app));
    expect(await openTasks()).toEqual([]);
    move(SECOND, SECOND);
    await look();
    // It is four days later indeed: what was due then is too late now, and does not burst out.
    expect(await messageTo(app, contact)).toMatchObject({ state: "expired" });
    expect(sink.mails).toHaveLength(0);
  });

  test("a clock set back an hour sends nothing until it has caught up, and then goes on by itself", async () => {
    move(-HOUR, SECOND);
    expect(await look()).toBe(0);
    expect(await openTasks()).toEqual(["time_stepped"]);
    move(30 * MINUTE, 30 * MINUTE);
    expect(await look()).toBe(0);
    move(30 * MINUTE, 30 * MINUTE);
    expect(await look()).toBe(1);
    expect(await openTasks()).toEqual([]);
  });

  test("a leap that is set right again needs nobody", async () => {
    move(DAY, SECOND);
    expect(await look()).toBe(0);
    move(-DAY, SECOND);
    expect(await look()).toBe(1);
    expect(await openTasks()).toEqual([]);
  });

  test("a lease does not end by a leap: nothing that is being sent becomes uncertain", async () => {
    expect(await look()).toBe(1);
    move(HOUR, SECOND);
    await look();
    expect(await messageTo(app, contact)).toMatchObject({ state: "sending" });
    move(-HOUR, SECOND);
    move(20 * MINUTE, 20 * MINUTE);
    await look();
    expect(await messageTo(app, contact)).toMatchObject({ state: "uncertain" });
  });

  test("a worker that begins after a standstill of days takes them for passed", async () => {
    app.clock.advance(5 * DAY);
    guard.worker!.watch = timeWatch(() => 0);
    expect(
      (await app.db.transaction((db) => askToSend({ ...app.system, db }, sending()))).halt,
    ).toBeUndefined();
  });

  test("the database's time counts, not the machine's, and stands still in a transaction", async () => {
    const ctx = { ...app.system, clock: { ...systemClock(), now: () => new Date(0) } };
    await timedTransaction(ctx, async (tx) => {
      const first = tx.clock.now();
      expect(Math.abs(first.getTime() - systemClock().now().getTime())).toBeLessThan(MINUTE);
      await tx.db.raw("select pg_sleep(0.02)");
      expect(tx.clock.now()).toEqual(first);
    });
  });
});
