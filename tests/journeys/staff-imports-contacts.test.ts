import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { bearer, signedIn, testApp, type TestApp } from "../support/app.js";

let app: TestApp;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "countersign-uploads-"));
  app = await testApp({ config: { dataDir } });
});
afterEach(() => app.database.clean());
afterAll(async () => {
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
});

const LIST = Buffer.from(`Prospects of spring;;;;
;;;;
Organisation;Pays;Secteur;E-mail;Fonction
Pelagia Météo S.A.;France;satellite_operator;Affaires.Publiques@Pelagia.example;Affaires publiques
PELAGIA METEO;FR;satellite_operator;affaires.publiques@pelagia.example;Affaires publiques
Kestrel Launch;Atlantide;launch_provider;k@kestrel.example;
;CH;insurer;m@meridian.example;
Vega Sol;Italie;ground_segment;not an address;
Orbita <b>Lab</b>;Italie;ground_segment;o@orbita.example;
Meridian Re;Suisse;insurer;;
`);

/** The text of a page without its markup. */
function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

describe("staff imports contacts", () => {
  it("sees each row's verdict, takes the good ones over, and finds them in the list and the dossier", async () => {
    const staff = await signedIn(app, "outreach");
    const sent = await staff.post("/console/imports").attach("file", LIST, "prospects.csv").expect(303);
    const address = String(sent.headers["location"]);
    expect(await readdir(path.join(dataDir, "uploads"))).toEqual([]);

    const looked = textOf((await staff.get(address).expect(200)).text);
    for (const words of [
      "Nothing has been taken over yet",
      "Take over 2 rows",
      "We do not know this country",
    ]) {
      expect(looked).toContain(words);
    }
    expect(looked).toMatch(/New 2 .*Repeats a row 1 .*Refused 4/);
    const refused = (await staff.get(`${address}?verdict=reject`).expect(200)).text;
    expect(refused).toContain("Kestrel Launch");
    expect(refused).not.toContain("Meridian Re");
    expect(refused).not.toContain("<b>Lab</b>");
    expect(textOf((await staff.get("/console/organisations")).text)).toContain(
      "No organisation is on the list yet",
    );

    await staff.post(`${address}/apply`).expect(303);
    await staff.post(`${address}/apply`).expect(303);
    expect(textOf((await staff.get(address)).text)).toContain(
      "Taken over: 2 new organisations, 0 changed; 1 new contacts",
    );

    const list = (await staff.get("/console/organisations?q=météo&country=FR")).text;
    const dossier = /\/console\/organisations\/[0-9a-f-]{36}/.exec(list)?.[0] ?? "";
    expect(textOf(list)).not.toContain("Meridian Re");
    const page = textOf((await staff.get(dossier).expect(200)).text);
    for (const words of [
      "Pelagia Météo S.A.",
      "affaires.publiques@pelagia.example",
      "Came by an import.",
      "Satellite operators",
    ]) {
      expect(page).toContain(words);
    }
  });

  it("is told in a sentence why a file cannot be used, and nothing of it is kept", async () => {
    const staff = await signedIn(app, "outreach");
    const cases: [Buffer, string][] = [
      [Buffer.from(""), "This file is empty."],
      [Buffer.from("name,email\n"), "a header and no rows"],
      [Buffer.from("mail,phone\na@b.example,1\n"), "Columns found: mail, phone."],
      [Buffer.from('name,email\n"Acme,a@b.example\n'), "In line 2 a quotation mark opens"],
      [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "This is not a text file."],
    ];
    for (const [content, sentence] of cases) {
      const answer = await staff.post("/console/imports").attach("file", content, "list.csv").expect(422);
      expect(textOf(answer.text)).toContain(sentence);
    }
    expect(
      textOf((await staff.post("/console/imports").field("lawful_basis", "consent").expect(422)).text),
    ).toContain("Choose a file.");
    expect(textOf((await staff.get("/console/imports")).text)).toContain("No list has been sent yet");
    expect(await readdir(path.join(dataDir, "uploads"))).toEqual([]);
  });

  it("adds and edits by hand, and is told at the field what does not fit", async () => {
    const staff = await signedIn(app, "outreach");
    const form = { name: "=cmd", country: "FR", sector: "insurer", website: "acme.example" };
    const again = await staff.post("/console/organisations").type("form").send(form).expect(422);
    expect(textOf(again.text)).toContain("A name cannot begin with");
    expect(again.text).toContain('value="acme.example"');
    const made = await staff
      .post("/console/organisations")
      .type("form")
      .send({ ...form, name: "Acme S.A." })
      .expect(303);
    const dossier = String(made.headers["location"]).split("?")[0] ?? "";
    const twice = await staff
      .post("/console/organisations")
      .type("form")
      .send({ ...form, name: "ACME" })
      .expect(422);
    expect(textOf(twice.text)).toContain("is there already");

    const contact = { name: "Beatriz Lacerda", email: "no address", lawful_basis: "consent", source: "fair" };
    const wrong = await staff.post(`${dossier}/contacts`).type("form").send(contact).expect(422);
    expect(textOf(wrong.text)).toContain("Give an e-mail address such as");
    await staff
      .post(`${dossier}/contacts`)
      .type("form")
      .send({ ...contact, email: "b@acme.example" })
      .expect(303);
    const page = (await staff.get(dossier).expect(200)).text;
    expect(textOf(page)).toContain("Consent: fair");

    const edit = /\/console\/contacts\/[0-9a-f-]{36}/.exec(page)?.[0] ?? "";
    expect((await staff.get(edit).expect(200)).text).toContain("b@acme.example");
    const left = {
      name: "Beatriz Lacerda",
      email: "b@acme.example",
      lawful_basis: "consent",
      status: "left",
      row_version: "1",
    };
    await staff.post(edit).type("form").send(left).expect(303);
    const stale = await staff.post(edit).type("form").send(left).expect(422);
    expect(textOf(stale.text)).toContain("Somebody changed this contact");
    expect(textOf((await staff.get(dossier)).text)).toContain("Left");
    expect((await staff.get(`${dossier}/edit`).expect(200)).text).toContain("Acme S.A.");
  });

  it("needs a role that includes it", async () => {
    const viewer = await signedIn(app, "viewer");
    await viewer.post("/console/imports").attach("file", LIST, "list.csv").expect(403);
    await viewer.get("/console/imports").expect(403);
    await viewer.get("/console/organisations").expect(200);
  });

  it("can do the same by a script", async () => {
    const staff = (await signedIn(app)).set("Authorization", await bearer(app));
    const sent = await staff.post("/api/v1/imports").attach("file", LIST, "prospects.csv").expect(201);
    expect(sent.body).toMatchObject({
      state: "checked",
      encoding: "utf-8",
      delimiter: ";",
      mapping: { organisation: ["Organisation"], country: ["Pays"] },
      counts: { rows: 7, verdicts: { create: 2, duplicate: 1, reject: 4 } },
    });
    const { id } = sent.body as { id: string };
    const rows = await staff.get(`/api/v1/imports/${id}/rows?limit=2`).expect(200);
    expect(rows.body).toMatchObject({
      items: [
        {
          row: 1,
          verdict: "create",
          codes: ["EMAIL_NORMALIZED"],
          organisation: { name: "Pelagia Météo S.A.", country: "FR" },
          match: null,
        },
        { row: 2, verdict: "duplicate", match: { row: 1, score: 1, why: "same_key" } },
      ],
      next: "2",
    });
    const refused = await staff.get(`/api/v1/imports/${id}/rows?verdict=reject`).expect(200);
    const codes = (refused.body as { items: { codes: string[] }[] }).items.map((item) => item.codes);
    expect(codes.map((each) => each.find((code) => !code.startsWith("NO_")))).toEqual([
      "UNKNOWN_COUNTRY",
      "MISSING_NAME",
      "INVALID_EMAIL",
      "MARKUP_IN_NAME",
    ]);
    const applied = await staff.post(`/api/v1/imports/${id}/apply`).expect(200);
    expect(applied.body).toMatchObject({
      state: "applied",
      counts: { applied: { organisations_added: 2, contacts_added: 1 } },
    });
    const found = await staff.get("/api/v1/organisations?q=pelagia").expect(200);
    expect(found.body).toMatchObject({ items: [{ name: "Pelagia Météo S.A.", country: "FR" }], next: null });
    const contacts = await staff.get("/api/v1/contacts?country=FR").expect(200);
    expect(contacts.body).toMatchObject({
      items: [{ email: "affaires.publiques@pelagia.example", suppressed: false }],
    });

    const broken = await staff
      .post("/api/v1/imports")
      .attach("file", Buffer.from("mail\na@b.example\n"), "x.csv")
      .expect(422);
    expect(broken.body).toMatchObject({ code: "import.NO_NAME_COLUMN", errors: [{ field: "file" }] });
    expect((broken.body as { detail: string }).detail).toContain("Columns found: mail.");
    await staff.post("/api/v1/imports").expect(422);
  });
});
