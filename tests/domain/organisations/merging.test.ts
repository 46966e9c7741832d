import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { mergeOrganisations, previewMerge, undoMerge } from "../../../src/domain/merging/service.js";
import { browseOrganisations } from "../../../src/domain/organisations/browse-service.js";
import { changeParent, organisationLife } from "../../../src/domain/organisations/life-service.js";
import {
  getOrganisation,
  matchOrganisation,
  updateOrganisation,
} from "../../../src/domain/organisations/service.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { pathTo } from "../../support/signature-path.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

async function signature(letterId: string, organisationId: string, state: string): Promise<string> {
  const id = await campaign(app).signature(letterId, organisationId, { state: "submitted" });
  for (const next of pathTo(state as "published")) {
    await app.database.adminDb("signatures").where({ id }).update({ state: next });
  }
  return id;
}

async function stateOf(id: string): Promise<{ state: string; organisation_id: string }> {
  return (await app.database.adminDb("signatures").where({ id }).first("state", "organisation_id")) as {
    state: string;
    organisation_id: string;
  };
}

async function rootOf(id: string): Promise<string | null | undefined> {
  return (await getOrganisation(app.system, id)).group_root_id;
}

describe("an organisation that is known twice", () => {
  it("becomes one: contacts and answers move, and of two live signatures the public one stands", async () => {
    const rows = campaign(app);
    const letter = await rows.letter("keep-orbit-usable");
    const kept = await rows.organisation("Tidewater Optics Inc.");
    const double = await rows.organisation("Tidewater Optical");
    const contact = await rows.contact(double);
    const waiting = await signature(letter, kept, "in_review");
    const published = await signature(letter, double, "published");
    const ctx = await staffCtx(app, "admin");

    const { counts } = await previewMerge(ctx, kept, double);
    expect(counts).toMatchObject({ contacts: 1, signatures: 1, signatures_ended: 1 });
    const { id } = await mergeOrganisations(ctx, kept, { organisation_id: double });

    expect(await stateOf(published)).toEqual({ state: "published", organisation_id: kept });
    expect((await stateOf(waiting)).state).toBe("superseded");
    const owner = (await app.database.adminDb("contacts").where({ id: contact }).first()) as {
      organisation_id: string;
    };
    expect(owner.organisation_id).toBe(kept);
    const { items } = await browseOrganisations(ctx, { q: "Tidewater Optical" });
    expect(items.map((each) => each.id)).toEqual([kept]);
    await expect(mergeOrganisations(ctx, kept, { organisation_id: double })).rejects.toMatchObject({
      code: "organisation.merged_already",
    });

    await undoMerge(ctx, id);
    expect(await stateOf(published)).toEqual({ state: "published", organisation_id: double });
    // It goes on by itself to where it waited.
    expect(await stateOf(waiting)).toEqual({ state: "in_review", organisation_id: kept });
    expect((await getOrganisation(ctx, double)).merged_into_id).toBeNull();
    await expect(undoMerge(ctx, id)).rejects.toMatchObject({ code: "organisation.merge_undone" });
  });

  it("is not merged with itself", async () => {
    const one = await campaign(app).organisation("Tidewater Optics Inc.");
    await expect(mergeOrganisations(app.system, one, { organisation_id: one })).rejects.toMatchObject({
      code: "organisation.same",
    });
  });
});

describe("a renamed organisation", () => {
  it("is still found by its former name, in search and when a list brings it", async () => {
    const ctx = await staffCtx(app, "admin");
    const id = await campaign(app).organisation("Rimfrost Thermal");
    await updateOrganisation(ctx, id, { name: "Nordlys Systems", row_version: 1 });
    const { formerNames } = await organisationLife(ctx, await getOrganisation(ctx, id));
    expect(formerNames.map(({ name }) => name)).toEqual(["Rimfrost Thermal"]);
    expect((await browseOrganisations(ctx, { q: "rimfrost" })).items.map((each) => each.id)).toEqual([id]);
    expect((await matchOrganisation(ctx, { name: "RIMFROST THERMAL", country: "PT" }))?.id).toBe(id);
  });
});

describe("a group", () => {
  it("takes all that is below an organisation along when it moves", async () => {
    const rows = campaign(app);
    const [top, middle, leaf, other] = [
      await rows.organisation("Top"),
      await rows.organisation("Middle"),
      await rows.organisation("Leaf"),
      await rows.organisation("Other"),
    ];
    await changeParent(app.system, leaf, { parent_id: middle, row_version: 1 });
    expect(await rootOf(leaf)).toBe(middle);
    await changeParent(app.system, middle, { parent_id: top, row_version: 1 });
    expect([await rootOf(leaf), await rootOf(middle), await rootOf(top)]).toEqual([top, top, null]);
    await changeParent(app.system, middle, { parent_id: other, row_version: 2 });
    expect(await rootOf(leaf)).toBe(other);
    await changeParent(app.system, middle, { parent_id: null, row_version: 3 });
    expect([await rootOf(leaf), await rootOf(middle)]).toEqual([middle, null]);
  });

  it("has no circles, whoever writes them", async () => {
    const rows = campaign(app);
    const [top, leaf] = [await rows.organisation("Top"), await rows.organisation("Leaf")];
    await changeParent(app.system, leaf, { parent_id: top, row_version: 1 });
    await expect(changeParent(app.system, top, { parent_id: leaf, row_version: 1 })).rejects.toMatchObject({
      code: "organisation.circle",
    });
    await expect(
      app.database
        .adminDb("organisations")
        .where({ id: top })
        .update({ parent_id: leaf, group_root_id: leaf }),
    ).rejects.toMatchObject({ constraint: "organisations_circle_check" });
  });
});
