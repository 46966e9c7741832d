import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { LETTER, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await makeLetter(app.system);
});
afterAll(() => app.close());

const SIGN = `/letters/${LETTER.slug}/sign`;

/** The optional parts that stand open. */
async function openParts(answers?: Record<string, string>): Promise<string[]> {
  const visitor = browser(app);
  const { text } = await (answers ? visitor.post(SIGN).type("form").send(answers) : visitor.get(SIGN));
  return [...text.matchAll(/<details open><summary>([^<]+)/g)].map((match) => match[1] ?? "");
}

it("shows a signatory only what must be answered, until they want more", async () => {
  expect(await openParts()).toEqual([]);
});

it("keeps open what was typed, so that nothing hides when the form comes back", async () => {
  const typed = { quote: "We model collisions.", help_offered: "A translation", contact_email: "no address" };
  expect(await openParts(typed)).toEqual(["Add a statement", "Name a working contact", "Offer help"]);
});

it("opens what is missing or wrong: a reservation without its words, a second officer without a name", async () => {
  expect(await openParts({ reservation_clause: "2" })).toEqual(["Sign with a reservation on one clause"]);
  expect(await openParts({ joint: "on" })).toEqual(["Two officers sign together"]);
});

it("opens what somebody wants to change, though it is empty", async () => {
  expect(await openParts({ change: "quote" })).toEqual(["Add a statement"]);
});
