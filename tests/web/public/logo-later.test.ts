import { afterAll, beforeAll, expect, it } from "@jest/globals";
import sharp from "sharp";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, signingForm } from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";
import { managePath } from "../../support/signatory.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

it("is said on the form where a logo can be added, and it can be from the moment of the confirmation", async () => {
  const { slug } = await makeLetter(app.system);
  const form = await browser(app).get(`/letters/${slug}/sign`).expect(200);
  expect(form.text).toContain("A logo can be added once your address is confirmed");
  const email = "ada@rimfrost.example";
  await browser(app)
    .post(`/letters/${slug}/sign`)
    .type("form")
    .send(signingForm({ email }, { display_name: "Rimfrost Thermal Oy", step: "submit" }))
    .expect(303);
  const link = await confirmLink(app, email);
  await browser(app).post(link).expect(303);
  expect((await browser(app).get(link).expect(200)).text).toContain("You can add your logo now");
  const { id } = (await app.db("signatures").first("id")) as { id: string };
  const picture = await sharp({ create: { width: 300, height: 100, channels: 3, background: "#0b5a49" } })
    .png()
    .toBuffer();
  const path = await managePath(app, id);
  const { text } = await browser(app).get(path).expect(200);
  const fields = [...text.matchAll(/name="(terms[a-z_]*)"[^>]*value="([^"]*)"/g)];
  const upload = browser(app).post(`${path}/logo`);
  for (const [, name = "", value = ""] of fields) void upload.field(name, value);
  await upload.attach("logo", picture, "logo.png").expect(303);
  expect(await app.db("signature_statements").where({ kind: "logo", state: "waiting" })).toHaveLength(1);
});
