import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { isTooLong } from "../../../src/domain/outreach/body-size.js";
import { settleMessage } from "../../../src/domain/outreach/approval-service.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { WORDS, aContact, aLetter, aMailing, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
});

describe("a mail that Gmail would cut off", () => {
  test("waits with a task when the values make it so, and goes once they are shorter", async () => {
    // 70 times 1,500 bytes: each is a plausible addressee, all of them together are too much.
    await app.db("letter_translations").update({ addressee: "각국정상귀하".repeat(83) });
    const contact = await aContact(app);
    const other = await aContact(app);
    const staff = await staffCtx(app);
    await aMailing(staff, letter, [contact], { body: "{{letter.addressee}}\n\n".repeat(70) });
    await aMailing(staff, await aLetter(app), [other]);
    await settle(app);
    const message = await messageTo(app, contact);
    expect(message).toMatchObject({ state: "blocked", state_reason: "too_large", sending_at: null });
    expect(await messageTo(app, other)).toMatchObject({ state: "sent" });
    expect(await app.db("tasks")).toMatchObject([
      { kind: "blocked_message", subject_id: message["id"], detail: { reason: "too_large" } },
    ]);
    await app.db("letter_translations").update({ addressee: "각국 정상 귀하" });
    await settleMessage(staff, String(message["id"]), { as: "requeue" });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
  });

  test("is refused at once where its text alone, or its text with long names, comes to that", async () => {
    const contact = await aContact(app);
    const staff = await staffCtx(app);
    // An address in a script of its own is nine bytes a character once it is percent-encoded, and stands twice.
    const links = `https://경고.example/${"우주쓰레기".repeat(20)} `.repeat(100);
    for (const body of [links, "{{organisation.name}} ".repeat(200)]) {
      await expect(aMailing(staff, letter, [contact], { body })).rejects.toMatchObject({
        fields: { body: "errors.mailing.too_large" },
      });
    }
  });

  test("is none of twenty thousand characters in any script, nor one that names everything", () => {
    for (const letterOf of ["a", "я", "界", "한", "अ"]) {
      const paragraph = letterOf.repeat(198);
      expect([letterOf, isTooLong(`${paragraph}\n\n`.repeat(100))]).toEqual([letterOf, false]);
    }
    expect(isTooLong(WORDS.body)).toBe(false);
  });
});
