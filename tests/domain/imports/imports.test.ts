import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { applyImport, startImport } from "../../../src/domain/imports/service.js";
import { createContact, createOrganisation } from "../../../src/domain/organisations/service.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;
let ctx: Ctx;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

function file(text: string, name = "list.csv") {
  return { source: { bytes: Buffer.from(text) }, name };
}

async function verdicts(id: string): Promise<string[]> {
  const rows = (await app.db("import_rows").where({ import_id: id }).orderBy("row_number")) as {
    verdict: string;
  }[];
  return rows.map(({ verdict }) => verdict);
}

async function counted(table: string): Promise<number> {
  const [row] = (await app.db(table).count()) as { count: number }[];
  return row?.count ?? -1;
}

const LIST = `name,country,sector,contact_email,contact_role,active_satellites,source
Pelagia Weather Data B.V.,NL,satellite_operator,policy@pelagia.example,Public affairs,12,our own list
PELAGIA WEATHER DATA,NL,satellite_operator,policy@pelagia.example,Public affairs,12,our own list
Pelagia Weather Data,NL,satellite_operator,ceo@pelagia.example,Chief executive,12,our own list
,FR,insurer,nobody@nowhere.example,,,
Kestrel Launch,Atlantis,launch_provider,k@kestrel.example,,,
Meridian Re,CH,insurer,not an address,,,
Vega Ground,IT,ground_segment,,,,
`;

describe("importing a list", () => {
  it("looks at each row first, then takes over what is good, and changes nothing the second time", async () => {
    ctx = await staffCtx(app, "outreach");
    const first = await startImport(ctx, file(LIST));
    expect(await verdicts(first.id)).toEqual([
      "create",
      "duplicate",
      "update",
      "reject",
      "reject",
      "reject",
      "create",
    ]);
    expect([await counted("organisations"), await counted("contacts")]).toEqual([0, 0]);

    const applied = await applyImport(ctx, first.id);
    expect(applied).toMatchObject({
      state: "applied",
      applied_rows: 3,
      counts: { rows: 7, applied: { organisations_added: 2, contacts_added: 2 } },
    });
    expect([await counted("organisations"), await counted("contacts")]).toEqual([2, 2]);
    const contact = (await app.db("contacts").where({ email: "policy@pelagia.example" }).first()) as object;
    expect(contact).toMatchObject({
      title: "Public affairs",
      lawful_basis: "published_address",
      source: "our own list",
    });

    const before = await app.db("organisations").orderBy("id");
    const second = await startImport(ctx, file(LIST));
    expect(await verdicts(second.id)).toEqual([
      "unchanged",
      "duplicate",
      "unchanged",
      "reject",
      "reject",
      "reject",
      "unchanged",
    ]);
    await applyImport(ctx, second.id);
    expect(await app.db("organisations").orderBy("id")).toEqual(before);
    expect(await counted("contacts")).toBe(2);
  });

  it("may be applied again and from two windows at once", async () => {
    ctx = await staffCtx(app, "outreach");
    const { id } = await startImport(ctx, file(LIST));
    const results = await Promise.all([applyImport(ctx, id), applyImport(ctx, id), applyImport(ctx, id)]);
    expect(results.map(({ state }) => state)).toEqual(["applied", "applied", "applied"]);
    expect([await counted("organisations"), await counted("contacts")]).toEqual([2, 2]);
    const acts = (await app.db("activity").where({ action: "import.applied" })) as unknown[];
    expect(acts).toHaveLength(1);
  });

  it("goes on where a stop left it", async () => {
    ctx = await staffCtx(app, "outreach");
    const rows = Array.from({ length: 1200 }, (_, at) => `Orbital ${at},FR,o${at}@orbital.example`);
    const { id } = await startImport(ctx, file(`name,country,email\n${rows.join("\n")}\n`));
    const stopping = {
      ...ctx,
      clock: {
        now: () => {
          if (stops++ > 3000) throw new Error("power cut");
          return app.clock.now();
        },
      },
    };
    let stops = 0;
    await expect(applyImport(stopping, id)).rejects.toThrow("power cut");
    const half = await counted("organisations");
    expect([500, 1000]).toContain(half);
    expect(await counted("contacts")).toBe(half);
    const applied = await applyImport(ctx, id);
    expect(applied.counts.applied).toMatchObject({ organisations_added: 1200, contacts_added: 1200 });
    expect([await counted("organisations"), await counted("contacts")]).toEqual([1200, 1200]);
  });

  it("fills in what we did not know and leaves the rest", async () => {
    ctx = await staffCtx(app, "outreach");
    const { id: organisation } = await createOrganisation(ctx, { name: "Acme S.A.", sector: "insurer" });
    await createContact(ctx, {
      organisation_id: organisation,
      email: "a@acme.example",
      lawful_basis: "consent",
      source: "fair",
    });
    const list =
      "Company,Country,Industry,Job Title,E-mail,Website\nACME,France,,Counsel,A@acme.example,www.acme.example\n";
    const { id } = await startImport(ctx, file(list));
    await applyImport(ctx, id);
    expect(await app.db("organisations").where({ id: organisation }).first()).toMatchObject({
      name: "Acme S.A.",
      country: "FR",
      sector: "insurer",
      website: "https://www.acme.example",
      domain: "acme.example",
      row_version: 2,
    });
    expect(await app.db("contacts").first()).toMatchObject({
      title: "Counsel",
      lawful_basis: "consent",
      source: "fair",
    });
  });

  it("never writes to those who asked another sender not to", async () => {
    ctx = await staffCtx(app, "outreach");
    const list =
      "Company,Email Address,UNSUB_TIME\nAcme,a@acme.example,2026-05-01 10:00:00\nBeta,b@beta.example,\n";
    const { id } = await startImport(ctx, file(list));
    await applyImport(ctx, id);
    const kept = (await app.db("suppressions")) as { address_hash: Buffer }[];
    expect(kept.map(({ address_hash }) => address_hash.toString("hex"))).toEqual([
      app.keys.addressHash("a@acme.example").toString("hex"),
    ]);
  });

  it.each([
    ["", "import.EMPTY_FILE", {}],
    ["name,email\n", "import.NO_ROWS", {}],
    ["name,email\n\n,\n", "import.NO_ROWS", {}],
    ["mail,phone\na@b.example,1\n", "import.NO_NAME_COLUMN", { columns: "mail, phone" }],
    ["name,Name\nA,B\n", "import.DUPLICATE_COLUMN", { column: "Name" }],
    ['name,email\n"Acme,a@b.example\n', "import.UNTERMINATED_QUOTE", { line: 2 }],
    ["PK\u0003\u0004\u0000", "import.NOT_TEXT", {}],
  ])("refuses %j as a whole and leaves nothing", async (text, code, detail) => {
    ctx = await staffCtx(app, "outreach");
    await expect(startImport(ctx, file(text))).rejects.toMatchObject({
      kind: "invalid",
      code,
      detail,
      fields: { file: `errors.${code}` },
    });
    expect(await counted("imports")).toBe(0);
  });

  it("is for those whose role includes it", async () => {
    ctx = await staffCtx(app, "viewer");
    await expect(startImport(ctx, file(LIST))).rejects.toMatchObject({ kind: "forbidden" });
  });
});
