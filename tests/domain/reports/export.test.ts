import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { exportList, type ExportName } from "../../../src/domain/reports/export-service.js";
import type { Role } from "../../../src/domain/team/permission.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  const rows = campaign(app);
  const organisation = await rows.organisation("Tidewater Optics Inc.");
  await rows.contact(organisation, { email: "dana@tidewater.example" });
  await rows.decline(await rows.letter("keep-orbit-usable"), organisation, { said_by: "Dana Whitlock" });
});
afterAll(() => app.close());

/** A whole list as one text, as this role gets it. */
async function taken(role: Role, what: ExportName): Promise<string> {
  const { columns, batches } = await exportList(await staffCtx(app, role), what);
  const rows: unknown[] = [columns];
  for await (const batch of batches) rows.push(...batch);
  expect(rows.every((row) => (row as unknown[]).length === columns.length)).toBe(true);
  return JSON.stringify(rows);
}

describe("a list that is taken along", () => {
  it.each([
    ["admin", true],
    ["outreach", true],
    ["editor", false],
    ["reviewer", true],
    ["viewer", false],
  ] as const)("holds persons for %s: %s, and organisations for everybody", async (role, persons) => {
    const organisations = await taken(role, "organisations");
    const declines = await taken(role, "declines");
    expect([organisations.includes("dana@tidewater.example"), declines.includes("Dana Whitlock")]).toEqual([
      persons,
      persons,
    ]);
    expect(organisations).toContain("Tidewater Optics Inc.");
    expect(declines).toContain("first_mover");
  });
});
