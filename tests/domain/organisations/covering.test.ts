import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { ensureInvitation } from "../../../src/domain/invitations/service.js";
import { showDossier } from "../../../src/domain/organisations/browse-service.js";
import { changeParent } from "../../../src/domain/organisations/life-service.js";
import type { SignatoryListDocument } from "../../../src/domain/publication/commands.js";
import { funnel } from "../../../src/domain/reports/views.js";
import { browser, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { campaign, type Campaign } from "../../support/campaign.js";
import { aContact, aMailing, messageTo } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

const SLUG = "keep-orbit-usable";

let app: TestApp;
let rows: Campaign;
let letter: string;
let [holding, division, leaf, apart]: string[] = [];

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  rows = campaign(app);
  letter = await rows.letter(SLUG);
  holding = await rows.organisation("Polder Holding N.V.");
  division = await rows.organisation("Polder Downlink B.V.");
  leaf = await rows.organisation("Polder Antennas B.V.");
  apart = await rows.organisation("Tidewater Optics Inc.");
  await changeParent(app.system, division, { parent_id: holding, row_version: 1 });
  await changeParent(app.system, leaf, { parent_id: division, row_version: 1 });
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

/** The holding signs for its whole group. */
const signs = (values: Record<string, unknown> = {}) =>
  rows.signature(letter, holding ?? "", { scope: "group", display_name: "Polder Holding N.V.", ...values });

async function list(query = ""): Promise<SignatoryListDocument> {
  const answer = await browser(app).get(`/letters/${SLUG}/signatories.json${query}`).expect(200);
  return answer.body as SignatoryListDocument;
}

async function stopOf(organisationId: string | undefined): Promise<string | null | undefined> {
  const contact = await aContact(app, { organisationId: organisationId ?? "" });
  const ctx = await staffCtx(app);
  const found = await aMailing(ctx, { id: letter, slug: SLUG }, [contact]).then(
    () => "queued",
    (error: { code?: string }) => error.code,
  );
  if (found !== "queued") return found;
  await settle(app);
  return (await messageTo(app, contact))["state"] as string;
}

describe("a parent that signs for its whole group", () => {
  it("is one entry and one count, and the list names whom it covers, on every floor", async () => {
    await signs();
    const { counts, items } = await list();
    expect(counts.signed).toBe(1);
    expect(items).toMatchObject([
      { scope: "group", covers: ["Polder Antennas B.V.", "Polder Downlink B.V."] },
    ]);
    const html = (await browser(app).get(`/letters/${SLUG}/signatories`).expect(200)).text;
    expect(html).toContain("For the whole group: covers 2 more organisations");
    expect(html).toContain("Polder Antennas B.V.");
    const csv = (await browser(app).get(`/letters/${SLUG}/signatories.csv`).expect(200)).text;
    expect(csv).toContain('group,"Polder Antennas B.V.\nPolder Downlink B.V."');
    const text = (await browser(app).get(`/letters/${SLUG}/signatories.txt`).expect(200)).text;
    expect(text).toContain("for the whole group");
  });

  it("is found by the name of one whom it covers", async () => {
    await signs();
    expect((await list("?q=polder antennas")).items.map(({ organisation }) => organisation)).toEqual([
      "Polder Holding N.V.",
    ]);
    expect((await list("?q=tidewater")).items).toEqual([]);
  });

  it("covers nobody by a signature for itself alone, in confidence, on condition, or taken back", async () => {
    await signs({ scope: "entity" });
    expect((await list()).items).toMatchObject([{ scope: "entity", covers: [] }]);
    await app.database.adminDb("signatures").update({ scope: "group", visibility: "confidential" });
    const open = JSON.stringify(await list());
    expect(open).not.toContain("Polder");
  });

  it("leaves a subsidiary that signed itself its own entry and names it only there", async () => {
    await signs();
    await rows.signature(letter, leaf ?? "", { display_name: "Polder Antennas B.V." });
    const { counts, items } = await list();
    expect(counts.signed).toBe(2);
    expect(items.find(({ scope }) => scope === "group")?.covers).toEqual(["Polder Downlink B.V."]);
  });

  it("stops outreach to those below it and to nobody else, and frees them when it withdraws", async () => {
    const contact = await aContact(app, { organisationId: leaf ?? "" });
    await aMailing(await staffCtx(app), { id: letter, slug: SLUG }, [contact]);
    const signature = await signs();
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "cancelled",
      state_reason: "covered_by_parent",
    });
    expect(await stopOf(apart)).toBe("sent");
    await app.database
      .adminDb("signatures")
      .where({ id: signature })
      .update({ state: "withdrawn", withdrawn_at: app.clock.now() });
    expect(await stopOf(division)).toBe("sent");
  });

  it("shows in the funnel and on the dossier, with who signed", async () => {
    await signs();
    const ctx = await staffCtx(app, "admin");
    expect(await funnel(ctx, letter)).toMatchObject({ said_yes: 1, covered: 2 });
    const { standings } = await showDossier(ctx, leaf ?? "");
    expect(standings).toMatchObject([{ covered_by_id: holding, covered_by_name: "Polder Holding N.V." }]);
  });

  it("is told to a subsidiary that opens its invitation, which can still sign", async () => {
    const invitation = await ensureInvitation(app.system, letter, await rows.contact(leaf ?? ""));
    const path = `/r/${app.keys.token("invitation", invitation.linkId, 1)}`;
    const before = (await browser(app).get(path).expect(200)).text;
    expect(before).not.toContain("Your group has signed.");
    const signature = await signs();
    const after = (await browser(app).get(path).expect(200)).text;
    expect(after).toContain("Your group has signed.");
    expect(after).toContain("Polder Holding N.V.");
    expect(after).toContain(`${path}/sign`);
    await app.database.adminDb("signatures").where({ id: signature }).update({ visibility: "confidential" });
    expect((await browser(app).get(path).expect(200)).text).not.toContain("Polder Holding");
  });

  it("tells web processes when the group changes, since the list names it", async () => {
    await signs();
    expect((await list()).items[0]?.covers).toHaveLength(2);
    await changeParent(app.system, division ?? "", { parent_id: null, row_version: 2 });
    expect((await list()).items[0]?.covers).toEqual([]);
  });
});
