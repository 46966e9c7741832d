import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { recordFigure } from "../../../src/domain/organisations/figure-service.js";
import { getOrganisation } from "../../../src/domain/organisations/service.js";
import { signedIn, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

const FIGURE = { value: "31", as_of: "2026-01-31", source: "Meridian Object Register" };

describe("the pages about what an organisation is", () => {
  it("rename it with day and reason, and keep what was typed where the name is refused", async () => {
    const id = await campaign(app).organisation("Rimfrost Thermal");
    const staff = await signedIn(app);
    const at = `/console/organisations/${id}/names`;
    const refused = await staff
      .post(at)
      .type("form")
      .send({ name: "=1+1", reason: "A slip of the pen", row_version: "1" })
      .expect(422);
    expect(refused.text).toContain('value="A slip of the pen"');
    await staff
      .post(at)
      .type("form")
      .send({ name: "Nordlys", reason: "Rebranded", changed_on: "2025-05-01", row_version: "1" })
      .expect(303);
    const page = await staff.get(at).expect(200);
    expect(page.text).toContain("Rimfrost Thermal");
    expect(page.text).toContain("Until 1 May 2025: Rebranded");
  });

  it("find it by an alias, until the alias is taken away", async () => {
    const id = await campaign(app).organisation("Rimfrost Thermal");
    const staff = await signedIn(app);
    await staff
      .post(`/console/organisations/${id}/aliases`)
      .type("form")
      .send({ alias: "RFT Works" })
      .expect(303);
    const found = await staff.get("/console/organisations?q=RFT").expect(200);
    expect(found.text).toContain("Rimfrost Thermal");
    const row = (await app.database.adminDb("organisation_names").first("id")) as { id: string };
    await staff
      .post(`/console/organisations/${id}/aliases/remove`)
      .type("form")
      .send({ name_id: row.id })
      .expect(303);
    expect((await staff.get("/console/organisations?q=RFT").expect(200)).text).not.toContain(
      "Rimfrost Thermal",
    );
  });

  it("set and remove its parent, and refuse a circle with a sentence", async () => {
    const make = campaign(app);
    const top = await make.organisation("Helios Group");
    const below = await make.organisation("Helios Norte");
    const staff = await signedIn(app);
    const found = await staff.get(`/console/organisations/${below}/parent?q=helios`).expect(200);
    expect(found.text).toContain("Make it the parent");
    await staff
      .post(`/console/organisations/${below}/parent`)
      .type("form")
      .send({ parent_id: top, row_version: "1" })
      .expect(303);
    const circle = await staff
      .post(`/console/organisations/${top}/parent`)
      .type("form")
      .send({ parent_id: below, row_version: "1" })
      .expect(422);
    expect(circle.text).toContain("An organisation cannot be part of itself");
    const { row_version } = await getOrganisation(app.system, below);
    await staff
      .post(`/console/organisations/${below}/parent`)
      .type("form")
      .send({ parent_id: "", row_version: String(row_version) })
      .expect(303);
    expect((await getOrganisation(app.system, below)).parent_id).toBeNull();
  });

  it("merge it with another after showing what will move, and undo that", async () => {
    const make = campaign(app);
    const kept = await make.organisation("Tidewater Optics Inc.");
    const double = await make.organisation("Tidewater Optical");
    await make.contact(double);
    const staff = await signedIn(app);
    const at = `/console/organisations/${kept}/merge`;
    expect((await staff.get(`${at}?q=tidewater`).expect(200)).text).toContain(double);
    const preview = await staff.get(`${at}?other=${double}`).expect(200);
    expect(preview.text).toContain("What will happen");
    expect((await getOrganisation(app.system, double)).merged_into_id).toBeNull();
    await staff.post(at).type("form").send({ organisation_id: double, row_version: "1" }).expect(303);
    expect((await getOrganisation(app.system, double)).merged_into_id).toBe(kept);
    const dossier = await staff.get(`/console/organisations/${kept}`).expect(200);
    const undo = /\/console\/merges\/[0-9a-f-]+\/undo/.exec(dossier.text)?.[0] ?? "";
    await staff.post(undo).type("form").send({}).expect(303);
    expect((await getOrganisation(app.system, double)).merged_into_id).toBeNull();
    const itself = await staff.post(at).type("form").send({ organisation_id: kept }).expect(422);
    expect(itself.text).toContain("This is one and the same organisation.");
  });

  it("record a figure with its source, and keep what was typed where a field is missing", async () => {
    const id = await campaign(app).organisation("Rimfrost Thermal");
    const staff = await signedIn(app);
    const at = `/console/organisations/${id}/figures`;
    const refused = await staff
      .post(at)
      .type("form")
      .send({ ...FIGURE, metric: "launches", as_of: "soon" })
      .expect(422);
    expect(refused.text).toContain('value="Meridian Object Register"');
    await staff
      .post(at)
      .type("form")
      .send({ ...FIGURE, metric: "active_satellites" })
      .expect(303);
    expect((await staff.get(at).expect(200)).text).toContain("Holds");
  });
});

describe("the share on a letter's page", () => {
  it("appears with source and date once a total is entered, and is gone once it is taken off", async () => {
    const letter = await makeLetter(app.system);
    const { organisationId } = await insertSignature(app.system, { letterId: letter.id });
    await recordFigure(app.system, organisationId, { ...FIGURE, value: 31 });
    const staff = await signedIn(app);
    const at = `/letters/${letter.slug}`;
    expect((await staff.get(at).expect(200)).text).toContain("Signatories operate 31 active satellites");

    const total = `/console/letters/${letter.slug}/total`;
    await staff
      .post(total)
      .type("form")
      .send({ ...FIGURE, value: "-3" })
      .expect(422);
    await staff
      .post(total)
      .type("form")
      .send({ ...FIGURE, value: "100", source_url: "https://meridian.example/count" })
      .expect(303);
    const page = (await staff.get(at).expect(200)).text;
    expect(page).toContain("Signatories operate 31% of the active satellites");
    expect(page).toContain('31 of 100. Source: <a href="https://meridian.example/count"');
    const twin = (await staff.get(`${at}/signatories.json`).expect(200)).body as Record<string, unknown>;
    expect(twin["coverage"]).toMatchObject({ value: 31, share: 0.31 });
    expect((await staff.get(`/console/reports/coverage?letter=${letter.slug}`)).text).toContain(
      "Signatories operate 31% of the active satellites",
    );

    await staff.post(`${total}/off`).type("form").send({}).expect(303);
    expect((await staff.get(at).expect(200)).text).toContain("Signatories operate 31 active satellites");
  });
});
