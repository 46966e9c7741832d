import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { mailsTo } from "../../support/company.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { openLetter, publish, smallLog } from "../../support/log.js";
import { pdfText } from "../../support/pdf-text.js";
import { settle } from "../../support/settle.js";
import { managePath } from "../../support/signatory.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

async function receipt(signatureId: string, query = "") {
  const path = await managePath(app, signatureId);
  return browser(app).get(`${path}/receipt.pdf${query}`).buffer(true).expect(200);
}

async function words(signatureId: string, query = ""): Promise<string> {
  return pdfText((await receipt(signatureId, query)).body as Buffer);
}

/** Without any space: where a long line broke is nobody's business. */
const tight = (text: string): string => text.replaceAll(/\s/g, "");

describe("the receipt of a signatory", () => {
  it("is for the holder of the link alone and says nothing to anybody else", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId: letter.id });
    const answer = await receipt(id);
    expect(answer.headers).toMatchObject({
      "content-type": "application/pdf",
      "cache-control": "no-store",
      "x-robots-tag": "noindex, nofollow",
      "referrer-policy": "no-referrer",
    });
    await browser(app)
      .get(`/manage/${"A".repeat(43)}/receipt.pdf`)
      .expect(404);
  });

  it("says what was signed, who signed, what was checked and how the entry stands", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, {
      letterId: letter.id,
      organisation: "Rimfrost Thermal Oy",
      state: "withdrawn",
    });
    const { content_hash: hash } = (await app.db("signatures").where({ id }).first("content_hash")) as {
      content_hash: Buffer;
    };
    const text = await words(id);
    for (const said of [
      "Receipt: Rimfrost Thermal Oy",
      "Rimfrost Thermal Oy, Norway",
      "Sigrid Aune, Managing Director",
      "E-mail confirmed",
      "Form sent 1 March 2027",
      "Withdrew 2 March 2027",
      "Withdrawn",
      "Keep orbit usable. End destructive anti-satellite tests.",
      "A satellite destroyed on purpose does not disappear.",
    ])
      expect(text).toContain(said);
    expect(tight(text)).toContain(hash.toString("hex"));
  });

  it("holds what proves that the public log has the entry, and what shows later rewriting", async () => {
    const letter = await openLetter(app);
    const [id = ""] = await smallLog(app, letter);
    const leaf = (await app.db("log_leaves").where({ subject_id: id }).first("position", "leaf")) as {
      position: number;
      leaf: string;
    };
    const { note } = (await app.db("log_checkpoints").orderBy("size", "desc").first("note")) as {
      note: string;
    };
    const text = tight(await words(id)).replaceAll(/Receipt:RimfrostThermalOy·\d\/\d/g, "");
    const hash = createHash("sha256").update(Buffer.of(0)).update(leaf.leaf).digest("hex");
    expect(text).toContain(tight(`This entry is line ${leaf.position} of the public log`));
    expect(text).toContain(hash);
    expect(text).toContain(tight(leaf.leaf));
    expect(text).toContain(tight(note.split("\n").slice(0, 3).join("")));
    expect(text).toContain(tight("npx countersign verify-log keep-orbit-usable"));
    const salts = (await app.db("log_salts").select(app.db.raw("encode(salt, 'hex') as salt"))) as {
      salt: string;
    }[];
    expect(salts.length).toBeGreaterThan(0);
    expect(salts.filter(({ salt }) => text.includes(salt))).toEqual([]);
  });

  it.each([
    [
      "in confidence",
      { visibility: "confidential", state: "accepted" },
      "Support in confidence is named nowhere",
    ],
    [
      "a pledge",
      { kind: "pledge", state: "standing" },
      "A conditional signature stands in no public log until",
    ],
    ["rejected", { state: "rejected" }, "This entry was never public"],
    ["in review", { state: "in_review" }, "this entry is not published yet"],
    ["published a moment ago", {}, "is being written into the public log"],
  ] as const)("says in words why there is no proof for an entry that is %s", async (_how, given, why) => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId: letter.id, ...given });
    if ("state" in given)
      await app.database.adminDb("signatures").where({ id }).update({ published_at: null });
    const text = await words(id);
    expect(text).toContain(why);
    expect(text).not.toContain("Proof:");
  });

  it("does not tell that another entry of the organisation stands", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId: letter.id, state: "parked" });
    await app.database.adminDb("signatures").where({ id }).update({ published_at: null });
    const text = await words(id);
    expect(text).toContain("In review");
    expect(text).not.toContain("Second entry");
  });

  it("tells quotes and reservations with whether they are shown or wait", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId: letter.id });
    const said = { signature_id: id, language: "en", submitted_at: app.clock.now() };
    await app.db("signature_statements").insert([
      {
        ...said,
        id: "0190aaaa-0000-7000-8000-000000000001",
        kind: "reservation",
        clause: 2,
        body: "Only as far as our licence allows.",
        state: "waiting",
      },
      {
        ...said,
        id: "0190aaaa-0000-7000-8000-000000000002",
        kind: "quote",
        body: "Debris is everybody’s.",
        state: "approved",
        decided_at: app.clock.now(),
      },
    ]);
    const text = await words(id);
    expect(text).toContain("Reservation (Waits for us)");
    expect(text).toContain("With a reservation on clause 2: “Only as far as our licence allows.”");
    expect(text).toContain("Statement (Shown)");
    expect(text).toContain("“Debris is everybody’s.”");
  });

  it("speaks the reader’s language, is tagged and bears a title and its language", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, { letterId: letter.id, organisation: "北京轨道" });
    const file = ((await receipt(id, "?lang=fr")).body as Buffer).toString("latin1");
    expect(file).toMatch(/\/Lang \(fr\)/);
    expect(file).toContain("/StructTreeRoot");
    expect(file).toContain("/DisplayDocTitle true");
    const text = await words(id, "?lang=fr");
    expect(text).toContain("Reçu");
    expect(text).toContain("北京轨道");
  });

  it("is linked from the signatory’s own page and from the mail that says the entry is public", async () => {
    const letter = await openLetter(app);
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    const path = await managePath(app, id);
    const page = await browser(app).get(path).expect(200);
    expect(page.text).toContain(`href="${path}/receipt.pdf"`);
    const [mail] = await mailsTo(app, "b.lacerda@ribeira-alta.example", "signature-accepted");
    expect(mail?.body_text).toMatch(/receipt \(PDF\)[^\n]*\n?[^\n]*\/receipt\.pdf/);
  });
});

describe("the letter to take along", () => {
  it("is offered where somebody signs, with its format and size in words", async () => {
    const letter = await makeLetter(app.system);
    const { text } = await browser(app).get(`/letters/${letter.slug}/sign`).expect(200);
    const link = /<a href="([^"]+letter\.pdf[^"]*)"[^>]*>([^<]+)</.exec(text);
    expect(link?.[2]).toBe("Take the letter along as a PDF (less than 1 MB)");
    const address = (link?.[1] ?? "").replaceAll("&#x3D;", "=").replaceAll("&amp;", "&");
    const file = await browser(app).get(address).buffer(true).expect(200);
    expect(file.headers["content-type"]).toBe("application/pdf");
    expect((file.body as Buffer).length).toBeLessThan(1_000_000);
    expect(pdfText(file.body as Buffer)).toContain("What signing means");
  });
});
