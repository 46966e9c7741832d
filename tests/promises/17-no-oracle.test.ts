import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { suppress } from "../../src/domain/consent/service.js";
import { createOrganisation } from "../../src/domain/organisations/service.js";
import { mailRequestedLinks } from "../../src/domain/signatures/link-request-service.js";
import { addStaff } from "../../src/domain/team/service.js";
import { MINUTE } from "../../src/platform/clock.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import { serve } from "../support/browser.js";
import { confirmLink, countRows, mailsTo, signingForm } from "../support/company.js";
import { insertSignature, makeLetter, type SignatureGiven } from "../support/letters.js";
import { aContact, aLetter, aMailing, unsubscribeToken } from "../support/mailing.js";
import { settle } from "../support/settle.js";
import { statementsOf } from "../support/statements.js";

let app: TestApp;
let server: Awaited<ReturnType<typeof serve>>;
let letter: { id: string; slug: string };
beforeAll(async () => {
  app = await testApp();
  server = await serve(app.web);
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  letter = await makeLetter(app.system);
});
afterAll(async () => {
  await server.stop();
  await app.close();
});

/** What somebody outside sees of an answer: status, headers but for those of the moment and the length, and all bytes. */
async function ask(path: string, form?: Record<string, string>): Promise<string> {
  const answer = await fetch(server.base + path, {
    method: form ? "POST" : "GET",
    redirect: "manual",
    headers: { Origin: app.config.publicUrl },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });
  const headers = [...answer.headers].filter(
    ([name]) => !/^(date|x-request-id|etag|content-length)$/.test(name),
  );
  return JSON.stringify([answer.status, headers, await answer.text()]);
}

interface Traces {
  seen: string;
  statements: string[];
  mails: number;
  links: number;
}

async function traces(email: string, act: () => Promise<string>): Promise<Traces> {
  const before = { mails: (await mailsTo(app, email)).length, links: await countRows(app, "links") };
  let seen = "";
  const statements = await statementsOf(app, async () => {
    seen = await act();
  });
  return {
    seen,
    statements,
    mails: (await mailsTo(app, email)).length - before.mails,
    links: (await countRows(app, "links")) - before.links,
  };
}

function form(name: string, email: string, changes: Record<string, unknown> = {}): Record<string, string> {
  return signingForm({ email }, { display_name: name, step: "submit", ...changes });
}

const submit = (name: string, email: string, changes = {}): Promise<Traces> =>
  traces(email, () => ask(`/letters/${letter.slug}/sign`, form(name, email, changes)));

const wish = (email: string): Promise<Traces> =>
  traces(email, () => ask(`/letters/${letter.slug}/manage`, { email }));

/** Confirms, then looks at the page and at the manage page; what differs by name and secret is made alike. */
async function confirm(name: string, email: string): Promise<Traces> {
  const link = await confirmLink(app, email);
  const found = await traces(email, () => ask(link, {}));
  const page = await ask(link);
  const alike = (text: string) =>
    text.replaceAll(name, "NAME").replaceAll(link.split("/").pop() ?? "", "SECRET");
  return { ...found, seen: alike(found.seen + page) };
}

async function standing(organisation: string, given: Partial<SignatureGiven>): Promise<void> {
  const { id } = await createOrganisation(app.system, {
    name: organisation,
    country: "KE",
    sector: "ground_segment",
    source: "their website",
  });
  await insertSignature(app.system, { letterId: letter.id, organisation, organisationId: id, ...given });
}

const STANDING = [
  ["published", "Halden Orbital Ltd", { state: "published" }],
  ["in confidence", "Halden Quiet Ltd", { state: "accepted", visibility: "confidential" }],
  ["in review", "Halden Review Ltd", { state: "in_review" }],
] as const;

describe("promise 17: nobody learns whether an organisation has signed", () => {
  it("by submitting: the same bytes, the same statements, one mail and one link for new, again and signed already", async () => {
    for (const [, organisation, given] of STANDING) {
      await standing(organisation, given);
    }
    const fresh = await submit("Quite New Ltd", "a@new.example");
    app.clock.advance(11 * MINUTE);
    const again = await submit("Quite New Ltd", "a@new.example");
    expect(fresh).toMatchObject({ mails: 1, links: 1 });
    expect(again).toEqual(fresh);
    for (const [, organisation] of STANDING) {
      expect(
        await submit(organisation, `b@${organisation.split(" ")[1]?.toLowerCase() ?? ""}.example`),
      ).toEqual(fresh);
    }
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(4);
  });

  for (const [how, organisation, given] of STANDING) {
    it(`by confirming beside one that is ${how}: the same page, the same mail`, async () => {
      await standing(organisation, given);
      await submit("Quite New Ltd", "a@new.example");
      await submit(organisation, "b@second.example");
      const fresh = await confirm("Quite New Ltd", "a@new.example");
      const second = await confirm(organisation, "b@second.example");
      expect(await countRows(app, "signatures", { state: "parked" })).toBe(1);
      expect(fresh).toMatchObject({ mails: 1, links: 1 });
      expect({ seen: second.seen, mails: second.mails, links: second.links }).toEqual({
        seen: fresh.seen,
        mails: fresh.mails,
        links: fresh.links,
      });
    });

    it(`by having an officer asked beside one that is ${how}: the officer is asked, and may answer, all the same`, async () => {
      await standing(organisation, given);
      const other = { filled_by: "other", submitter_name: "Ann Clerk" };
      await submit("Quite New Ltd", "boss@new.example", { ...other, submitter_email: "a@new.example" });
      await submit(organisation, "boss@second.example", { ...other, submitter_email: "b@second.example" });
      const fresh = await confirm("Quite New Ltd", "a@new.example");
      const second = await confirm(organisation, "b@second.example");
      expect(second.seen).toBe(fresh.seen);
      for (const email of ["boss@new.example", "boss@second.example"]) {
        expect(await mailsTo(app, email, "signature-officer")).toHaveLength(1);
      }
    });
  }

  it("by asking for a lost link: the same page and the same one statement, the mail comes from the worker", async () => {
    await standing("Halden Orbital Ltd", { state: "published" });
    await app.db("signatures").update({ signatory_email: "ines@halden.example" });
    const known = await wish("ines@halden.example");
    const unknown = await wish("nobody@halden.example");
    expect(unknown).toEqual(known);
    expect(known).toMatchObject({ mails: 0, links: 0 });
    expect(known.statements.filter((sql) => /signatures/.test(sql))).toEqual([]);
    expect(await mailRequestedLinks(app.system)).toBe(2);
    expect(await countRows(app, "link_requests")).toBe(0);
    expect(await mailsTo(app, "ines@halden.example", "signature-link")).toHaveLength(1);
    expect(await mailsTo(app, "nobody@halden.example")).toEqual([]);
  });

  it("by the links at the foot of a mail: those we never sent look alike, those we sent tell nothing of the address", async () => {
    const [one, other] = [await aContact(app), await aContact(app)];
    await aMailing(await staffCtx(app, "outreach"), await aLetter(app), [one, other]);
    await settle(app);
    const [first, second] = [await unsubscribeToken(app, one), await unsubscribeToken(app, other)];
    const alike = ({ seen, statements }: Traces) => ({
      seen: seen.replaceAll(first, "SECRET").replaceAll(second, "SECRET"),
      statements,
    });
    for (const door of ["unsubscribe", "preferences"]) {
      const unknown: Traces[] = [];
      for (const token of ["x", "a".repeat(43), "b".repeat(43)]) {
        unknown.push(await traces(one.email, () => ask(`/${door}/${token}`)));
        unknown.push(await traces(one.email, () => ask(`/${door}/${token}`, { act: "stop_all" })));
      }
      const [looked, acted] = unknown;
      for (const [at, each] of unknown.entries()) expect(each.seen).toBe((at % 2 ? acted : looked)?.seen);
      expect(unknown[4]).toEqual(unknown[2]);
      expect(unknown[5]).toEqual(unknown[3]);
    }
    await suppress(app.system, {
      addressHash: app.keys.addressHash(other.email),
      letterId: null,
      reason: "unsubscribed",
      source: "a test",
    });
    const presses: string[] = [];
    for (const token of [second, first]) {
      const press = () => ask(`/unsubscribe/${token}`, { "List-Unsubscribe": "One-Click" });
      presses.push(alike(await traces(one.email, press)).seen);
    }
    expect(presses[1]).toBe(presses[0]);
  });

  it("by asking for a sign-in link: the same page and the same statements, whether one works here or not", async () => {
    const [email, stranger] = ["ines@forum.example", "somebody@nobody.example"];
    await addStaff(app.system, { email, name: "Ines Falk", role: "viewer" });
    const known = await traces(email, () => ask("/console/sign-in", { email }));
    const unknown = await traces(stranger, () => ask("/console/sign-in", { email: stranger }));
    expect([known.mails, unknown.mails]).toEqual([1, 0]);
    expect({ seen: unknown.seen, statements: unknown.statements }).toEqual({
      seen: known.seen,
      statements: known.statements,
    });
  });
});
