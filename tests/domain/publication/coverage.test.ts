import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { recordTotal, takeTotalOff } from "../../../src/domain/letters/total-service.js";
import { mergeOrganisations, undoMerge } from "../../../src/domain/merging/service.js";
import { figuresOf, recordFigure, withdrawFigure } from "../../../src/domain/organisations/figure-service.js";
import { changeParent } from "../../../src/domain/organisations/life-service.js";
import { createOrganisation, getOrganisation } from "../../../src/domain/organisations/service.js";
import { shareOf } from "../../../src/domain/publication/coverage.js";
import { publicCoverage } from "../../../src/domain/publication/coverage-views.js";
import { coverageReport } from "../../../src/domain/reports/coverage-views.js";
import { testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

const FIGURE = { as_of: "2026-01-31", source: "Meridian Object Register" };

async function operator(name: string, value: number, country = "PT"): Promise<string> {
  const { id } = await createOrganisation(app.system, {
    name,
    country,
    sector: "satellite_operator",
  });
  await recordFigure(app.system, id, { ...FIGURE, value });
  return id;
}

async function parent(id: string, parentId: string): Promise<void> {
  const { row_version } = await getOrganisation(app.system, id);
  await changeParent(app.system, id, { parent_id: parentId, row_version });
}

describe("the coverage that a letter shows", () => {
  it("counts published public signatures only, each organisation once by its newest figure", async () => {
    const letter = await makeLetter(app.system);
    const ids: string[] = [];
    for (const [name, value] of [
      ["Aurora", 40],
      ["Borealis", 7],
      ["Cirrus", 500],
    ] as const)
      ids.push(await operator(name, value));
    const [aurora = "", borealis = "", cirrus = ""] = ids;
    await insertSignature(app.system, { letterId: letter.id, organisationId: aurora });
    await insertSignature(app.system, {
      letterId: letter.id,
      organisationId: borealis,
      visibility: "confidential",
    });
    await insertSignature(app.system, { letterId: letter.id, organisationId: cirrus, state: "withdrawn" });
    expect(await publicCoverage(app.system, letter.id)).toMatchObject({
      value: 40,
      total: null,
      share: null,
    });

    await recordFigure(app.system, aurora, { ...FIGURE, as_of: "2026-02-28", value: 45 });
    await recordFigure(app.system, aurora, { ...FIGURE, as_of: "2025-12-31", value: 12 });
    await recordTotal(app.system, letter.slug, { ...FIGURE, value: 100 });
    expect(await publicCoverage(app.system, letter.id)).toMatchObject({
      value: 45,
      organisations: 1,
      until: "2026-02-28",
      total: { value: 100, source: "Meridian Object Register", as_of: "2026-01-31" },
      share: 0.45,
    });

    await takeTotalOff(app.system, letter.slug);
    expect((await publicCoverage(app.system, letter.id)).share).toBeNull();
  });

  it("holds those below an organisation that signed for its group, and nobody below one that signed alone", async () => {
    const letter = await makeLetter(app.system);
    const top = await operator("Helios Group", 10);
    const below = await operator("Helios Norte", 5);
    const deep = await operator("Helios Norte Ground", 3);
    await parent(below, top);
    await parent(deep, below);
    const { id } = await insertSignature(app.system, { letterId: letter.id, organisationId: top });
    await insertSignature(app.system, { letterId: letter.id, organisationId: below });
    const signed = app.database.adminDb("signatures").where({ id });
    await signed.clone().update({ scope: "entity" });
    await app.database.adminDb("signatures").whereNot({ id }).update({ scope: "entity" });
    expect((await publicCoverage(app.system, letter.id)).value).toBe(15);
    await signed.clone().update({ scope: "group" });
    expect(await publicCoverage(app.system, letter.id)).toMatchObject({ value: 18, organisations: 3 });
  });

  it("never overstates: a share is rounded down, and a total that is too small gives none", () => {
    expect(shareOf(2963, 9558)).toBe(0.31);
    expect(shareOf(9999, 10_000)).toBe(0.99);
    expect(shareOf(29, 100)).toBe(0.29);
    expect(shareOf(57, 10_000)).toBe(0.005);
    expect(shareOf(11, 10)).toBeNull();
    expect(shareOf(11, undefined)).toBeNull();
  });
});

describe("the report of coverage", () => {
  it("says of sectors, countries and regions how much of what we know of stands behind the letter", async () => {
    const letter = await makeLetter(app.system);
    const aurora = await operator("Aurora", 30);
    await operator("Boreal", 10);
    await operator("Cirrus", 60, "JP");
    await insertSignature(app.system, { letterId: letter.id, organisationId: aurora });
    const { lines } = await coverageReport(app.system, letter.slug);
    const line = (by: string, code: string) => lines.find((each) => each.by === by && each.code === code);
    expect(line("country", "PT")).toMatchObject({
      organisations: 1,
      satellites: 30,
      known_satellites: 40,
      share: 0.75,
    });
    expect(line("country", "JP")).toMatchObject({
      organisations: 0,
      satellites: 0,
      known_satellites: 60,
      share: 0,
    });
    expect(line("region", "Southern Europe")).toMatchObject({ known_organisations: 2, satellites: 30 });
  });
});

describe("figures of an organisation", () => {
  it("keep their history, and one that was wrong gives way to the one before", async () => {
    const id = await operator("Aurora", 40);
    const wrong = await recordFigure(app.system, id, { ...FIGURE, as_of: "2026-02-28", value: 4500 });
    expect((await getOrganisation(app.system, id)).active_satellites).toBe(4500);
    await withdrawFigure(app.system, wrong.id);
    expect((await getOrganisation(app.system, id)).active_satellites).toBe(40);
    const lines = await figuresOf(app.system, id);
    expect(lines.map(({ value, holds }) => [value, holds])).toEqual([
      [40, true],
      [4500, false],
    ]);
    await expect(withdrawFigure(app.system, wrong.id)).rejects.toMatchObject({
      code: "organisation.figure_unknown",
    });
  });

  it("of a day to come are refused", async () => {
    const id = await operator("Aurora", 40);
    const later = recordFigure(app.system, id, { ...FIGURE, as_of: "2999-01-01", value: 1 });
    await expect(later).rejects.toMatchObject({ code: "figure.future" });
  });

  it("move with a merge and go back when it is undone", async () => {
    const kept = await operator("Aurora", 40);
    const double = await operator("Aurora Space", 41);
    const { id } = await mergeOrganisations(app.system, kept, { organisation_id: double });
    expect(await figuresOf(app.system, kept)).toHaveLength(2);
    await undoMerge(app.system, id);
    expect((await figuresOf(app.system, kept)).map(({ value }) => value)).toEqual([40]);
    expect((await figuresOf(app.system, double)).map(({ value }) => value)).toEqual([41]);
  });
});
