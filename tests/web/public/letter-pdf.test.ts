import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import request from "supertest";
import { testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";

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
});
