import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createContact, createOrganisation } from "../../../src/domain/organisations/service.js";
import { signedIn, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { addressesIn } from "../../support/html.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

/** The text of a page without its markup. */
function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

describe("the dossier of an organisation", () => {
  it("shows how far it came, its mails, signatures, declines and contacts, in words", async () => {
    const make = campaign(app);
    const letter = await make.letter("keep-orbit-usable");
    const { id } = await createOrganisation(app.system, {
      name: "Ribeira Alta & Telemetria",
      sector: "insurer",
      country: "PT",
    });
    await make.message(letter, id, {
      state: "cancelled",
      state_reason: "signed",
      subject: "Three lines on cost",
    });
    await make.signature(letter, id, { state: "in_review", published_at: null });
    await make.decline(letter, id, {
      superseded_at: app.clock.now(),
      comment: "We cannot be the first.",
      contributing: ["timing"],
    });
    const admin = await signedIn(app);
    const page = await admin.get(`/console/organisations/${id}`).expect(200);
    const text = textOf(page.text);
    for (const words of [
      "Ribeira Alta &amp; Telemetria",
      "Letter: Title of keep-orbit-usable",
      "Three lines on cost",
      "Cancelled: the organisation has signed or pledged",
      "Beatriz Lacerda",
      "In review",
      "Not among the first",
      "also: timing",
      "“We cannot be the first.”",
      "No longer stands",
      "Published address: their website",
      "Organisation created.",
    ]) {
      expect(text).toContain(words);
    }
    expect(page.text).toContain('<li aria-current="step">In review');
  });

  it("warns where an address is never written to again", async () => {
    const { id } = await createOrganisation(app.system, { name: "Kestrel", sector: "insurer" });
    const basis = { organisation_id: id, lawful_basis: "consent", source: "fair" } as const;
    await createContact(app.system, { ...basis, email: "stop@kestrel.example" });
    await app.db("suppressions").insert({
      id,
      address_hash: app.keys.addressHash("stop@kestrel.example"),
      reason: "unsubscribed",
      source: "test",
      created_at: app.clock.now(),
    });
    const viewer = await signedIn(app, "viewer");
    const text = textOf((await viewer.get(`/console/organisations/${id}`).expect(200)).text);
    expect(text).toContain("Never write to this address");
    expect(text).not.toContain("Record a decline");
  });

  it("is not found for an id that is none", async () => {
    const admin = await signedIn(app);
    await admin.get("/console/organisations/01a40051-6a80-7686-8b5e-9202ce01da9f").expect(404);
    await admin.get("/console/organisations/nobody").expect(404);
    await admin.get("/console/contacts/nobody").expect(404);
    await admin.get("/console/imports/nobody").expect(404);
  });
});

describe("the list of organisations", () => {
  it("keeps hostile searches and names as text", async () => {
    const admin = await signedIn(app);
    const answer = await admin
      .get("/console/organisations")
      .query({ q: '"><script>alert(1)</script>', sector: "x", country: "zz", cursor: "x" });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("<script>alert");
    expect(textOf(answer.text)).toContain("No organisation matches.");
    await admin.get("/console/organisations?q=a&q=b&sector[]=x").expect(200);
  });

  it("goes on to the next page and back to the first", async () => {
    for (let at = 0; at < 52; at++)
      await createOrganisation(app.system, { name: `Orbital ${100 + at}`, sector: "insurer" });
    const admin = await signedIn(app);
    const first = (await admin.get("/console/organisations?sector=insurer").expect(200)).text;
    const next = addressesIn(first).find((address) => address.includes("cursor=")) ?? "";
    const second = (await admin.get(next).expect(200)).text;
    expect(second).toContain("Orbital 151");
    expect(second).not.toContain("Orbital 100");
    expect(textOf(second)).toContain("To the first");
  });
});
