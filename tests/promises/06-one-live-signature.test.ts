import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ENDED } from "../../src/domain/signatures/signature.js";
import { testApp, type TestApp } from "../support/app.js";
import { serve } from "../support/browser.js";
import { invitedCompany, signingForm, type InvitedCompany } from "../support/company.js";
import { makeLetter } from "../support/letters.js";

const ROUNDS = 200;
const AT_ONCE = 20;

let app: TestApp;
let server: Awaited<ReturnType<typeof serve>>;
let letter: { id: string; slug: string };
beforeAll(async () => {
  app = await testApp();
  server = await serve(app.web);
  letter = await makeLetter(app.system);
});
afterAll(async () => {
  await server.stop();
  await app.close();
});

/** Sends a signing form; what differs makes the server weigh the answers against each other, not only repeat itself. */
async function submit(company: InvitedCompany, name: string, place: number): Promise<number> {
  const door = place % 3 === 0 ? `/letters/${letter.slug}/sign` : `${company.link}/sign`;
  const form = signingForm(company, {
    display_name: name,
    signatory_title: place % 2 === 0 ? "Managing Director" : `Director ${place}`,
    appearance: place % 5 === 0 ? "confidential" : "public",
    step: "submit",
  });
  const answer = await fetch(server.base + door, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: app.config.publicUrl },
    body: new URLSearchParams(form as Record<string, string>),
  });
  await answer.text();
  return answer.status;
}

async function live(organisationId: string): Promise<number> {
  const rows: unknown[] = await app
    .db("signatures")
    .where({ letter_id: letter.id, organisation_id: organisationId })
    .whereNotIn("state", [...ENDED]);
  return rows.length;
}

/** One organisation, many submissions at the same moment; how they were answered and how many of them live. */
async function round(number: string): Promise<{ statuses: number[]; live: number; organisations: number }> {
  const name = `Tumaini Parallel ${number} Ltd`;
  const company = await invitedCompany(app, letter.slug, { name });
  const places = Array.from({ length: AT_ONCE }, (_, place) => place);
  const statuses = await Promise.all(places.map((place) => submit(company, name, place)));
  const same: unknown[] = await app.db("organisations").where({ name });
  return { statuses, live: await live(company.organisationId), organisations: same.length };
}

describe("promise 6: an organisation has one live signature, however many submit at once", () => {
  test(`${ROUNDS} organisations, ${AT_ONCE} submissions each at the same moment: one signature each, nobody sees an error`, async () => {
    const wrong: unknown[] = [];
    for (let number = 1; number <= ROUNDS; number += 1) {
      const found = await round(String(number));
      const good =
        found.live === 1 && found.organisations === 1 && found.statuses.every((status) => status === 303);
      if (!good) wrong.push({ number, ...found });
    }
    expect(wrong).toEqual([]);
    const leftOver = await app
      .db("signatures")
      .where({ letter_id: letter.id })
      .whereNotIn("state", [...ENDED])
      .count();
    expect(Number(leftOver[0]?.["count"])).toBe(ROUNDS);
  }, 300_000);

  test("it is the index that holds this: without it the same test sees it broken", async () => {
    await app.database.ownerDb.raw("drop index signatures_one_live_idx");
    let broken = 0;
    for (let number = 1; number <= 3; number += 1) {
      const found = await round(`without ${number}`);
      if (found.live !== 1 || found.statuses.some((status) => status !== 303)) broken += 1;
    }
    expect(broken).toBeGreaterThan(0);
  });
});
