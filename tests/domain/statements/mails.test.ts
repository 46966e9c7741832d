import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { mailRequestedLinks } from "../../../src/domain/signatures/link-request-service.js";
import { publishHeldSignatures } from "../../../src/domain/signatures/review-service.js";
import { decideStatement } from "../../../src/domain/statements/moderation-service.js";
import { waitingStatements } from "../../../src/domain/statements/views.js";
import { readMessage } from "../../../src/domain/mail/service.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";
import { managePath } from "../../support/signatory.js";

let app: TestApp;
let slug = "";
let letterId = "";

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  ({ id: letterId, slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

async function entry(language: string, state: "published" | "held"): Promise<{ id: string; path: string }> {
  const { id } = await insertSignature(app.system, { letterId, state });
  await app
    .db("signatures")
    .where({ id })
    .update({ language, display_name: "Étoile & Fils", signatory_name: "Grace Wanjiru" });
  return { id, path: await managePath(app, id) };
}

async function post(path: string, fields: Record<string, string> = {}): Promise<void> {
  await browser(app).post(path).type("form").send(fields).expect(303);
}

async function decide(decision: string, note = ""): Promise<void> {
  const [waiting] = await waitingStatements(app.system);
  await decideStatement(app.system, waiting?.id ?? "", { decision, note });
}

interface Mail {
  id: string;
  template: string;
  state: string;
  subject: string;
  body_text: string;
  body_html: string;
}

/** Lets everything happen that leads to a mail of this part. */
async function everything(language: string): Promise<Map<string, Mail>> {
  const published = await entry(language, "published");
  await post(`${published.path}/quote`, { quote: "Buy our <b>rockets</b>." });
  await decide("refused", "This is an advertisement & more.");
  await post(`${published.path}/legal-name`, { legal_name: "Étoile et Fils SA" });
  await decide("approved");
  const { signatory_email: email } = (await app
    .db("signatures")
    .where({ id: published.id })
    .first("signatory_email")) as { signatory_email: string };
  await post(`/letters/${slug}/manage`, { email });
  await mailRequestedLinks(app.system);
  await post(`${published.path}/withdraw`);
  const held = await entry(language, "held");
  await publishHeldSignatures(app.system);
  await post(`${held.path}/dispute`);
  await post(`/letters/${slug}/report?lang=${language}`, {
    entry: "Étoile & Fils",
    reporter_name: "Aino Virtanen",
    reporter_role: "Counsel",
    reporter_email: "aino@elsewhere.example",
  });
  await settle(app);
  const mails = (await app.db("messages").orderBy("id")) as Mail[];
  return new Map(mails.map((mail) => [mail.template, mail]));
}

const TEMPLATES = [
  "name-corrected",
  "report-confirm",
  "signature-disputed",
  "signature-link",
  "signature-published",
  "signature-withdrawn",
  "statement-decided",
];

describe("the mails about an entry", () => {
  it.each([
    ["en", "This is an advertisement &amp; more.", "We do not show your statement"],
    ["fr", "This is an advertisement &amp; more.", "Nous ne montrons pas votre déclaration"],
  ])(
    "go out as text and as HTML in %s, each with its link, and hold no secret while they are kept",
    async (language, note, said) => {
      const mails = await everything(language);
      expect([...mails.keys()].sort()).toEqual(TEMPLATES);
      for (const [template, { state, subject, body_text, body_html }] of mails) {
        expect([template, state]).toEqual([template, "sent"]);
        expect([template, subject]).toEqual([template, expect.stringMatching(/\S/)]);
        for (const body of [body_text, body_html]) {
          expect([template, /\/(manage|reports)\/[\w-]{43}/.test(body)]).toEqual([template, false]);
          expect([template, body.includes("undefined")]).toEqual([template, false]);
        }
      }
      expect(mails.get("statement-decided")?.body_html).toContain(note);
      expect(mails.get("statement-decided")?.body_text).toContain(said);
      expect(mails.get("name-corrected")?.body_text).toContain("Étoile et Fils SA");
    },
  );

  it("carry the links that work: what was captured opens", async () => {
    const mails = await everything("en");
    for (const template of TEMPLATES.filter((name) => name !== "signature-withdrawn")) {
      const { links } = await readMessage(app.system, mails.get(template)?.id ?? "");
      expect([template, links.size]).toEqual([template, 1]);
      for (const address of links.values()) await browser(app).get(new URL(address).pathname).expect(200);
    }
  });
});
