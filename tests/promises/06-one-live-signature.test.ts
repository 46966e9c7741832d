import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { NOT_LIVE } from "../../src/domain/signatures/signature.js";
import { testApp, type TestApp } from "../support/app.js";
import { serve } from "../support/browser.js";
import { confirmLink, invitedCompany, signingForm, type InvitedCompany } from "../support/company.js";
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

async function post(path: string, form: Record<string, string>): Promise<number> {
  const answer = await fetch(server.base + path, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: app.config.publicUrl },
    body: new URLSearchParams(form),
  });
  await answer.text();
  return answer.status;
}

function addressAt(company: InvitedCompany, place: number): string {
  return company.email.replace("@", `.${place}@`);
}

/** Sends a signing form; a third comes by the public page, and each names a signatory of its own. */
async function submit(company: InvitedCompany, name: string, place: number): Promise<number> {
  const door = place % 3 === 0 ? `/letters/${letter.slug}/sign` : `${company.link}/sign`;
  const form = signingForm(company, {
    display_name: name,
    signatory_email: addressAt(company, place),
    appearance: place % 5 === 0 ? "confidential" : "public",
    step: "submit",
  });
  return post(door, form);
}

async function live(organisationId: string): Promise<number> {
  const rows: unknown[] = await app
    .db("signatures")
    .where({ letter_id: letter.id, organisation_id: organisationId })
    .whereNotIn("state", [...NOT_LIVE]);
  return rows.length;
}

/** One organisation, many submissions at the same moment, then all their confirmations; and how many of them live. */
async function round(number: string): Promise<{ statuses: number[]; live: number; organisations: number }> {
  const name = `Tumaini Parallel ${number} Ltd`;
  const company = await invitedCompany(app, letter.slug, { name });
  const places = Array.from({ length: AT_ONCE }, (_, place) => place);
  const sent = await Promise.all(places.map((place) => submit(company, name, place)));
  const links = await Promise.all(places.map((place) => confirmLink(app, addressAt(company, place))));
  const confirmed = await Promise.all(links.map((link) => post(link, {})));
  const same: unknown[] = await app.db("organisations").where({ name });
  return {
    statuses: [...sent, ...confirmed],
    live: await live(company.organisationId),
    organisations: same.length,
  };
}

describe("promise 6: an organisation has one live signature, however many confirm at once", () => {
  test(`${ROUNDS} organisations, ${AT_ONCE} submissions and confirmations each at the same moment: one signature each, nobody sees an error`, async () => {
    const wrong: unknown[] = [];
    for (let number = 1; number <= ROUNDS; number += 1) {
      const found = await round(String(number));
      const good =
        found.live === 1 && found.organisations === 1 && found.statuses.every((status) => status === 303);
      if (!good) wrong.push({ number, ...found });
    }
    expect(wrong).toEqual([]);
    const left = await app
      .db("signatures")
      .where({ letter_id: letter.id })
      .whereNotIn("state", [...NOT_LIVE])
      .count();
    expect(Number(left[0]?.["count"])).toBe(ROUNDS);
  }, 900_000);

  test("it is the index that holds this, whatever the code does", async () => {
    const [first] = (await app
      .db("signatures")
      .whereNotIn("state", [...NOT_LIVE])
      .limit(1)) as {
      id: string;
      organisation_id: string;
    }[];
    const [parked] = (await app
      .db("signatures")
      .where({ organisation_id: first?.organisation_id, state: "parked" })
      .limit(1)) as { id: string }[];
    const move = () => app.db("signatures").where({ id: parked?.id }).update({ state: "email_confirmed" });
    await expect(move()).rejects.toThrow("signatures_one_live_idx");
    await app.database.ownerDb.raw("drop index signatures_one_live_idx");
    expect(await move()).toBe(1);
  });
});
