/** A list ten times as long takes no more statements: what is done for each contact is done for all of them at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { approveMailing } from "../../../src/domain/outreach/approval-service.js";
import { approveBatch, dropBatch } from "../../../src/domain/outreach/enrolment-service.js";
import { holdOutreach, resumeOutreach, stopOutreachOf } from "../../../src/domain/outreach/hold-service.js";
import { endStoppedEnrolments } from "../../../src/domain/outreach/due-service.js";
import { planEnrolment } from "../../../src/domain/outreach/plan-service.js";
import { previewMailing } from "../../../src/domain/outreach/preview-service.js";
import { queueSavedMailing, saveMailing } from "../../../src/domain/outreach/service.js";
import { askForBasisChecks } from "../../../src/domain/privacy/basis-service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { WORDS, aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, enrol } from "../../support/sequence.js";
import { statementsOf } from "../../support/statements.js";

let app: TestApp;
let staff: Ctx;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(fresh);

async function fresh(): Promise<void> {
  await app.database.clean();
  staff = await staffCtx(app);
  letter = await aLetter(app);
}

/** Every third has no name, so that its mail waits for one and asks for a task. */
async function people(count: number): Promise<TestContact[]> {
  const made: TestContact[] = [];
  for (let n = 0; n < count; n++) made.push(await aContact(app, n % 3 === 0 ? { name: null } : {}));
  return made;
}

/** The statements of one piece of work with 10 contacts and, from the start again, with 60. */
async function bothWays(
  prepare: (contacts: readonly TestContact[]) => Promise<() => Promise<unknown>>,
): Promise<{ few: string[]; many: string[] }> {
  const few = await statementsOf(app, await prepare(await people(10)));
  await fresh();
  const many = await statementsOf(app, await prepare(await people(60)));
  return { few, many };
}

const ids = (contacts: readonly TestContact[]) => ({ contact_ids: contacts.map((contact) => contact.id) });

async function aSavedMailing(): Promise<string> {
  const id = newId(app.clock);
  await saveMailing(staff, { id, letter: letter.slug, ...WORDS });
  return id;
}

describe("sixty contacts take as many statements as ten", () => {
  test("in the dry run", async () => {
    const { few, many } = await bothWays(async (contacts) => {
      const sequence = await aSequence(staff, letter);
      return async () => {
        const plan = await planEnrolment(staff, sequence.id, ids(contacts));
        expect(plan.planned).toHaveLength(contacts.length);
      };
    });
    expect(many.length).toBe(few.length);
  });

  test("when they are enrolled and a second person lets them begin", async () => {
    const count: number[] = [];
    const made: number[] = [];
    for (const size of [55, 110]) {
      await fresh();
      const contacts = await people(size);
      const sequence = await aSequence(staff, letter);
      const colleague = await staffCtx(app, "outreach");
      const statements = await statementsOf(app, async () => {
        const { batchId } = await enrol(staff, sequence, contacts);
        await approveBatch(colleague, batchId ?? "");
      });
      count.push(statements.length);
      made.push(await messages());
    }
    expect(made).toEqual([55, 110]);
    expect(count[1]).toBe(count[0]);
  });

  test("when few are enrolled, who begin at once", async () => {
    const count: number[] = [];
    for (const size of [10, 50]) {
      await fresh();
      const contacts = await people(size);
      const sequence = await aSequence(staff, letter);
      count.push((await statementsOf(app, () => enrol(staff, sequence, contacts))).length);
      expect(await messages()).toBe(size);
    }
    expect(count[1]).toBe(count[0]);
  });

  test("on the check page of a mailing", async () => {
    const { few, many } = await bothWays(async () => {
      const id = await aSavedMailing();
      return () => previewMailing(staff, id);
    });
    expect(many.length).toBe(few.length);
  });

  test("when a mailing is queued, and when it is approved", async () => {
    const count: number[] = [];
    for (const size of [60, 180]) {
      await fresh();
      await people(size);
      const id = await aSavedMailing();
      const colleague = await staffCtx(app, "outreach");
      const statements = await statementsOf(app, async () => {
        await queueSavedMailing(staff, id);
        await approveMailing(colleague, id);
      });
      count.push(statements.length);
      expect(await messages()).toBe(size);
      expect(await app.db("invitations")).toHaveLength(size);
      expect(await app.db("links").whereNot({ purpose: "sign_in" })).toHaveLength(3 * size);
    }
    expect(count[1]).toBe(count[0]);
  });

  test("when outreach is held, goes on and is stopped", async () => {
    const { few, many } = await bothWays(async (contacts) => {
      const sequence = await aSequence(staff, letter);
      for (let start = 0; start < contacts.length; start += 30) {
        await enrol(staff, sequence, contacts.slice(start, start + 30));
      }
      const subject = { scope: "sequence" as const, subject_id: sequence.id };
      return async () => {
        await expect(holdOutreach(staff, subject)).resolves.toMatchObject({ held: contacts.length });
        await expect(resumeOutreach(staff, subject)).resolves.toEqual({ resumed: contacts.length });
        await expect(stopOutreachOf(staff, subject)).resolves.toEqual({ stopped: contacts.length });
      };
    });
    expect(many.length).toBe(few.length);
  });

  test("when a batch is taken back, and when those end whom a stop rule holds back", async () => {
    const count: number[] = [];
    for (const size of [55, 110]) {
      await fresh();
      const contacts = await people(size);
      const sequence = await aSequence(staff, letter);
      const { batchId } = await enrol(staff, sequence, contacts);
      const dropped = await statementsOf(app, () => dropBatch(staff, batchId ?? ""));
      await enrol(staff, sequence, contacts);
      await app.db("contacts").update({ status: "left" });
      const ended = await statementsOf(app, async () => {
        await expect(endStoppedEnrolments(app.system)).resolves.toBe(size);
      });
      count.push(dropped.length, ended.length);
    }
    expect(count.slice(2)).toEqual(count.slice(0, 2));
  });

  test("when bases are to be looked at again", async () => {
    const { few, many } = await bothWays(async (contacts) => {
      await app.db("contacts").update({ source_at: new Date(app.clock.now().getTime() - 800 * DAY) });
      return async () => {
        await expect(askForBasisChecks(app.system)).resolves.toBe(contacts.length);
      };
    });
    expect(many.length).toBe(few.length);
  });
});

async function messages(): Promise<number> {
  return (await app.db("messages")).length;
}
