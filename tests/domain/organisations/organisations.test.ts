import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createContact,
  createOrganisation,
  getContact,
  getOrganisation,
  matchOrganisation,
  updateContact,
  updateOrganisation,
} from "../../../src/domain/organisations/service.js";
import { browseContacts, browseOrganisations } from "../../../src/domain/organisations/browse-service.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

const PELAGIA = { name: "Pelagia Weather Data B.V.", country: "NL", sector: "satellite_operator" } as const;

describe("organisations", () => {
  it("are known again by folded name and compatible country", async () => {
    const { id } = await createOrganisation(app.system, PELAGIA);
    const matches = await Promise.all(
      [
        { name: "PELAGIA WEATHER DATA", country: "NL" },
        { name: "Pelagia Weather-Data" },
        { name: "Pelagia Weather Data", country: "FR" },
        { name: "Pelagia Ocean Data", country: "NL" },
      ].map((wanted) => matchOrganisation(app.system, wanted)),
    );
    expect(matches.map((match) => match?.id)).toEqual([id, id, undefined, undefined]);
    await expect(
      createOrganisation(app.system, { ...PELAGIA, name: "pelagia weather data" }),
    ).rejects.toMatchObject({
      kind: "conflict",
      code: "organisation.known",
    });
  });

  it("are changed by whoever saw the latest version", async () => {
    const staff = await staffCtx(app, "outreach");
    const { id } = await createOrganisation(staff, PELAGIA);
    await updateOrganisation(staff, id, {
      name: "Pelagia Data",
      website: "pelagia.example",
      country: "",
      row_version: 1,
    });
    expect(await getOrganisation(staff, id)).toMatchObject({
      name: "Pelagia Data",
      name_key: "pelagia data",
      website: "https://pelagia.example",
      country: null,
      sector: "satellite_operator",
      row_version: 2,
    });
    await expect(updateOrganisation(staff, id, { sector: "ngo", row_version: 1 })).rejects.toMatchObject({
      code: "organisation.stale",
    });
  });

  it("are refused at the field", async () => {
    await expect(
      createOrganisation(app.system, { name: "=1+1", country: "ZZ", website: "no" }),
    ).rejects.toMatchObject({
      fields: {
        name: "errors.organisation.name.FORMULA_IN_NAME",
        country: "errors.field.choose_country",
        website: "errors.organisation.website",
      },
    });
  });

  it("are changed by those whose role includes it", async () => {
    const viewer = await staffCtx(app, "viewer");
    await expect(createOrganisation(viewer, PELAGIA)).rejects.toMatchObject({ kind: "forbidden" });
  });
});

describe("contacts", () => {
  it("may have a time zone of their own, by its name in the IANA database", async () => {
    const { id: organisation_id } = await createOrganisation(app.system, PELAGIA);
    const given = {
      organisation_id,
      name: "Ada",
      lawful_basis: "published_address",
      source: "site",
    } as const;
    const { id } = await createContact(app.system, { ...given, time_zone: "America/Los Angeles" });
    expect(await getContact(app.system, id)).toMatchObject({ time_zone: "America/Los_Angeles" });
    for (const time_zone of ["Mars/Olympus", "+05:00", "GMT+25"]) {
      await expect(createContact(app.system, { ...given, time_zone })).rejects.toMatchObject({
        fields: { time_zone: "errors.contact.time_zone" },
      });
    }
    await updateContact(app.system, id, { time_zone: "", row_version: 1 });
    expect(await getContact(app.system, id)).toMatchObject({ time_zone: null });
  });

  it("carry lawful basis and source, and an address once", async () => {
    const { id } = await createOrganisation(app.system, PELAGIA);
    const contact = {
      organisation_id: id,
      email: "Policy@Pelagia.example",
      lawful_basis: "published_address",
      source: "their website",
    } as const;
    const made = await createContact(app.system, contact);
    const kept = await getContact(app.system, made.id);
    expect(kept).toMatchObject({
      email: "policy@pelagia.example",
      lawful_basis: "published_address",
      source: "their website",
    });
    expect(kept.address_hash?.equals(app.keys.addressHash("policy@pelagia.example"))).toBe(true);
    await expect(createContact(app.system, contact)).rejects.toMatchObject({ code: "contact.known_address" });
  });

  it("can change their address, and need a name or an address", async () => {
    const { id } = await createOrganisation(app.system, PELAGIA);
    const basis = { organisation_id: id, lawful_basis: "consent", source: "conference" } as const;
    await expect(createContact(app.system, basis)).rejects.toMatchObject({
      fields: { email: "errors.contact.name_or_email" },
    });
    const contact = await createContact(app.system, { ...basis, name: "Beatriz Lacerda" });
    await updateContact(app.system, contact.id, {
      email: "b@pelagia.example",
      status: "left",
      row_version: 1,
    });
    expect(await getContact(app.system, contact.id)).toMatchObject({
      email: "b@pelagia.example",
      status: "left",
    });
    await updateContact(app.system, contact.id, { email: "", row_version: 2 });
    expect(await getContact(app.system, contact.id)).toMatchObject({ email: null, address_hash: null });
  });
});

describe("the list of organisations", () => {
  it("shows what fits a search best first, page by page without gaps or repeats", async () => {
    const staff = await staffCtx(app, "viewer");
    const names = [
      "Impulsesat",
      "SES",
      "Sestra",
      "Ünlü Sessions",
      "Kestrel",
      "Ärger Orbit",
      "100% Space",
      "\u0130stanbul Uydu",
    ];
    for (const name of names) await createOrganisation(app.system, { name, sector: "insurer" });
    const found = await browseOrganisations(staff, { q: "ses", limit: 10 });
    expect(found.items.map(({ name }) => name)).toEqual(["SES", "Sestra", "Impulsesat", "Ünlü Sessions"]);
    expect((await browseOrganisations(staff, { q: "0%", limit: 10 })).items.map(({ name }) => name)).toEqual([
      "100% Space",
    ]);
    for (const q of ["", "s"]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await browseOrganisations(staff, { q, limit: 2, cursor });
        seen.push(...page.items.map(({ name }) => name));
        cursor = page.next ?? undefined;
      } while (cursor);
      const all = await browseOrganisations(staff, { q, limit: 100 });
      expect(seen).toEqual(all.items.map(({ name }) => name));
      expect(all.total).toBe(seen.length);
    }
    expect((await browseOrganisations(staff, { cursor: "nonsense" })).items).toHaveLength(names.length);
  });

  it("filters contacts by their organisation", async () => {
    const { id } = await createOrganisation(app.system, PELAGIA);
    const basis = { organisation_id: id, lawful_basis: "consent", source: "conference" } as const;
    await createContact(app.system, { ...basis, email: "a@pelagia.example" });
    await createContact(app.system, { ...basis, email: "b@pelagia.example" });
    const first = await browseContacts(app.system, { country: "NL", limit: 1 });
    const second = await browseContacts(app.system, { country: "NL", limit: 1, cursor: first.next ?? "" });
    expect([...first.items, ...second.items].map(({ email }) => email)).toEqual([
      "a@pelagia.example",
      "b@pelagia.example",
    ]);
    expect(second.next).toBeNull();
    expect((await browseContacts(app.system, { sector: "insurer" })).items).toEqual([]);
  });
});
