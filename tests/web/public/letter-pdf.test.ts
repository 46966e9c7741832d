import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import request from "supertest";
import { testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { openLetter, smallLog } from "../../support/log.js";
import { pdfText } from "../../support/pdf-text.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

async function fetchPdf(address: string, etag = "") {
  return request(app.web)
    .get(address)
    .set("If-None-Match", etag)
    .buffer(true)
    .parse((res, done) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () => done(null, Buffer.concat(chunks)));
    });
}

describe("the letter as a PDF", () => {
  it("is a PDF that caches may keep, the same to the byte as long as nothing changes", async () => {
    await campaign(app).letter("keep-orbit-usable");
    const first = await fetchPdf("/letters/keep-orbit-usable/letter.pdf");
    expect(first.status).toBe(200);
    expect(first.headers["content-type"]).toBe("application/pdf");
    expect((first.body as Buffer).subarray(0, 5).toString()).toBe("%PDF-");
    const again = await fetchPdf("/letters/keep-orbit-usable/letter.pdf", String(first.headers["etag"]));
    expect(again.status).toBe(304);
  });

  it("says what signing means instead of who signed when it is taken along", async () => {
    await campaign(app).letter("keep-orbit-usable");
    const list = await fetchPdf("/letters/keep-orbit-usable/letter.pdf");
    const text = await fetchPdf("/letters/keep-orbit-usable/letter.pdf?text=only");
    expect(text.status).toBe(200);
    expect((text.body as Buffer).equals(list.body as Buffer)).toBe(false);
  });

  it("is not there for a letter that is not public", async () => {
    await campaign(app).letter("a-draft", { state: "draft" });
    expect((await fetchPdf("/letters/a-draft/letter.pdf")).status).toBe(404);
  });

  it("prints reservations with the signatures they came with and counts them by themselves", async () => {
    const letter = await makeLetter(app.system);
    const { id } = await insertSignature(app.system, {
      letterId: letter.id,
      organisation: "Rimfrost Thermal Oy",
    });
    await insertSignature(app.system, { letterId: letter.id, organisation: "Gannet Marine Syndicate" });
    await app.db("signature_statements").insert({
      id: "0190aaaa-0000-7000-8000-000000000001",
      signature_id: id,
      kind: "reservation",
      clause: 2,
      body: "Only as far as our licence allows.",
      language: "en",
      state: "approved",
      submitted_at: app.clock.now(),
      decided_at: app.clock.now(),
    });
    const text = pdfText((await fetchPdf(`/letters/${letter.slug}/letter.pdf`)).body as Buffer);
    expect(text).toContain("2 organisations have signed");
    expect(text).toContain("One of the signatures comes with a reservation.");
    expect(text).toContain("With a reservation on clause 2: “Only as far as our licence allows.”");
  });

  it("names who has withdrawn with both dates, apart from those who stand by it", async () => {
    const letter = await makeLetter(app.system);
    await insertSignature(app.system, {
      letterId: letter.id,
      organisation: "Gannet Marine Syndicate",
      state: "withdrawn",
    });
    const text = pdfText((await fetchPdf(`/letters/${letter.slug}/letter.pdf`)).body as Buffer);
    expect(text).toContain("No organisation has signed yet");
    expect(text).toContain("Gannet Marine Syndicate");
    expect(text).toContain("Signed 1 March 2027, withdrew 2 March 2027");
  });

  it("carries the newest checkpoint of the public log, which the text to take along leaves out", async () => {
    const letter = await openLetter(app);
    await smallLog(app, letter);
    const { note } = (await app.db("log_checkpoints").orderBy("size", "desc").first("note")) as {
      note: string;
    };
    const [origin = "", size = "", root = ""] = note.split("\n");
    const text = pdfText((await fetchPdf("/letters/keep-orbit-usable/letter.pdf")).body as Buffer);
    expect(text).toContain("Keep this checkpoint of the letter’s public log");
    expect(text.replaceAll(" ", "")).toContain([origin, size, root].join("").replaceAll(" ", ""));
    const alone = pdfText((await fetchPdf("/letters/keep-orbit-usable/letter.pdf?text=only")).body as Buffer);
    expect(alone).not.toContain("Keep this checkpoint");
  });
});
