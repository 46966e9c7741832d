import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cleanName } from "../../src/domain/organisations/clean-name.js";
import { browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { barePage, type BarePage } from "../support/bare-page.js";
import { findChromium, serve, withPage } from "../support/browser.js";
import { readBack } from "../support/csv.js";
import { HOSTILE_NAMES } from "../support/hostile-names.js";
import { insertSignature, makeLetter } from "../support/letters.js";
import { pdfText } from "../support/pdf-text.js";
import { managePath } from "../support/signatory.js";

const PLAIN = "Plain Signatory Ltd";

let app: TestApp;
let letter: { id: string; slug: string };
/** Organisation id → its name, in the order of signing. */
const stored = new Map<string, string>();
/** Entry id → its name. */
const entries = new Map<string, string>();

beforeAll(async () => {
  app = await testApp();
  letter = await makeLetter(app.system, { title: `Keep <b>orbit</b> "usable" & {{clean}}` });
  for (const name of [PLAIN, ...HOSTILE_NAMES]) {
    app.clock.advance(1000);
    const { id, organisationId } = await insertSignature(app.system, {
      letterId: letter.id,
      organisation: name,
      signatoryName: name,
      signatoryTitle: name,
      quote: name,
      quoteApproved: true,
    });
    stored.set(organisationId, name);
    entries.set(id, name);
  }
}, 240_000);
afterAll(() => app.close());

/** What HTML makes of a text before a script can look at it: it knows no carriage return. */
function asHtmlReads(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

async function get(path: string): Promise<string> {
  return (await browser(app).get(path).buffer(true).expect(200)).text;
}

async function listPages(): Promise<string[]> {
  const pages: string[] = [];
  for (let number = 1; (number - 1) * 50 < stored.size; number += 1) {
    pages.push(await get(`/letters/${letter.slug}/signatories?sort=date&page=${number}`));
  }
  return pages;
}

function anchorOf(organisationId: string): string {
  return `o-${organisationId.replaceAll("-", "").slice(-12)}`;
}

describe("promise 28: hostile names are shown verbatim and run nowhere", () => {
  test("there are more than 300, and among them some that the rules accept as they are", () => {
    const accepted = HOSTILE_NAMES.filter((name) => {
      const clean = cleanName(name);
      return clean.ok && clean.name === name;
    });
    expect(HOSTILE_NAMES.length).toBeGreaterThan(300);
    expect(accepted.length).toBeGreaterThan(30);
  });

  test("the JSON of the list holds each as it is", async () => {
    const list = JSON.parse(await get(`/letters/${letter.slug}/signatories.json`)) as {
      items: { anchor: string; organisation: string; signatory_name: string; quote: string }[];
    };
    expect(list.items).toHaveLength(stored.size);
    const byAnchor = new Map(list.items.map((item) => [item.anchor, item]));
    for (const [id, name] of stored) {
      const { organisation, signatory_name, quote } = byAnchor.get(anchorOf(id)) ?? {};
      expect([organisation, signatory_name, quote]).toEqual([name, name, name]);
    }
  });

  test("the CSV of the list gives each back as it is", async () => {
    const cells = await readBack(await get(`/letters/${letter.slug}/signatories.csv?sort=date`));
    expect(cells.map((row) => row[0])).toEqual([...stored.values()].toReversed());
  });
});

describe("promise 28, on paper and in pictures", () => {
  test("the PDF of the letter is made with all of them in it, and says the plain one", async () => {
    const answer = await browser(app).get(`/letters/${letter.slug}/letter.pdf`).buffer(true).expect(200);
    expect(pdfText(answer.body as Buffer)).toContain(PLAIN);
  });

  test("the receipt of an entry is made with each of some of them as its name, title and words", async () => {
    for (const [id] of [...entries].filter((_, index) => index % 25 === 0)) {
      const path = await managePath(app, id);
      const answer = await browser(app).get(`${path}/receipt.pdf`).buffer(true).expect(200);
      expect((answer.body as Buffer).subarray(0, 5).toString()).toBe("%PDF-");
    }
  }, 120_000);

  test("the card of the letter is drawn with its markup as words", async () => {
    const answer = await browser(app).get(`/letters/${letter.slug}/card.png`).expect(200);
    expect((answer.body as Buffer).subarray(1, 4).toString()).toBe("PNG");
  });
});

/** The confirmation mail of an organisation of this name. */
function confirmation(name: string) {
  return app.templates.renderMail(
    "signature-confirm",
    {
      sponsor: { name },
      postalAddress: "1 Quay",
      kind: "signature",
      signatory: name,
      organisation: name,
      letterTitle: name,
      link: "https://forum.example/confirm/x",
      expiresAt: "2027-03-15T09:00:00Z",
    },
    { lang: "en" },
  );
}

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium())
  process.stderr.write("Skipped: no Chromium was found, so nobody tried to run the hostile names.\n");

interface Row {
  name: string;
  quote: string;
  shape: string;
}

/** The elements and attributes of a page, and the words where its name stands. */
interface Shown {
  shape: string;
  words: string;
}

function asShown(found: unknown): Shown {
  return found as Shown;
}

/** What a row or a page is made of, beside its words. */
const SHAPE = `(root) => [root, ...root.querySelectorAll("*")]
  .map((each) => [each.tagName, ...[...each.attributes].map((one) => one.name).sort()].join(" ")).join(" > ")`;

inBrowser(
  "promise 28, in a browser without our Content-Security-Policy, so that escaping alone has to hold",
  () => {
    let bare: BarePage;
    beforeAll(async () => {
      bare = await barePage();
    });
    afterAll(() => bare.close());

    /** Opens markup, asks something of it, and says what it did by itself meanwhile. */
    async function openBare<T>(
      markup: string,
      question: string,
      read: (found: unknown) => T,
      wait = 0,
    ): Promise<{ found: T; dialogs: number; away: number }> {
      Object.assign(bare.did, { dialogs: 0, away: 0 });
      await bare.open(markup);
      await bare.page.waitForTimeout(wait);
      return { found: read(await bare.page.evaluate<unknown>(question)), ...bare.did };
    }

    test("the list of signatories: every name reads as it is stored, every row is built like a plain one, nothing runs", async () => {
      const seen = new Map<string, Row>();
      const rows = `[...document.querySelectorAll("tbody tr")].map((row) => [row.id, {
      name: row.querySelector(".org bdi").textContent,
      quote: row.querySelector(".sub bdi[lang]").textContent,
      shape: (${SHAPE})(row),
    }])`;
      for (const markup of await listPages()) {
        const { found, ...done } = await openBare(markup, rows, (seen) => seen as [string, Row][], 200);
        expect(done).toEqual({ dialogs: 0, away: 0 });
        for (const [anchor, row] of found) seen.set(anchor, row);
      }
      expect(seen.size).toBe(stored.size);
      const plain = [...stored].find(([, name]) => name === PLAIN)?.[0] ?? "";
      const shape = seen.get(anchorOf(plain))?.shape;
      expect(shape).toContain("BDI");
      for (const [id, name] of stored) {
        const row = seen.get(anchorOf(id));
        const shown = asHtmlReads(name);
        expect(row).toEqual({ name: shown, quote: `“${shown}”`, shape });
      }
    }, 240_000);

    test("an organisation's dossier and its entry under review: the same words, no other elements, nothing runs", async () => {
      const staff = await signedIn(app);
      const look = async (path: string) =>
        openBare((await staff.get(path).expect(200)).text, question, asShown);
      const question = `({ shape: (${SHAPE})(document.documentElement), words: document.querySelector("h1").textContent })`;
      const reviews = [...entries].map(([id, name]) => [`/console/review/${id}`, name] as const);
      const dossiers = [...stored].map(([id, name]) => [`/console/organisations/${id}`, name] as const);
      for (const pages of [reviews, dossiers]) {
        const good = await look(pages[0]?.[0] ?? "");
        expect(good).toMatchObject({ found: { words: PLAIN }, dialogs: 0, away: 0 });
        for (const [path, name] of pages.filter((_, place) => place % 6 === 0)) {
          const expected = { ...good, found: { ...good.found, words: asHtmlReads(name) } };
          expect({ path, ...(await look(path)) }).toEqual({ path, ...expected });
        }
      }
    }, 240_000);

    test("mails: the same words in both twins, no other elements, nothing runs", async () => {
      const question = `({ shape: (${SHAPE})(document.documentElement), words: document.querySelector(".from").textContent })`;
      const good = await openBare(confirmation(PLAIN).html, question, asShown);
      for (const name of HOSTILE_NAMES.filter((_, place) => place % 4 === 0)) {
        const { html: markup, text, subject } = confirmation(name);
        expect(text).toContain(name);
        expect(subject).not.toMatch(/[\r\n]/);
        expect(subject).toContain(name.replaceAll(/\s+/g, " ").trim());
        const expected = { ...good, found: { ...good.found, words: asHtmlReads(name) } };
        expect(await openBare(markup, question, asShown)).toEqual(expected);
      }
    }, 240_000);

    test("the oracle bites: the same names unescaped bring elements and dialogs", async () => {
      let dialogs = 0;
      let extra = 0;
      for (const name of HOSTILE_NAMES.slice(0, 80).filter((one) => !one.includes("http-equiv"))) {
        const raw = `<!doctype html><title>x</title><p id="p">${name}</p>`;
        const done = await openBare(raw, `document.querySelectorAll("body *").length - 1`, Number);
        dialogs += done.dialogs;
        extra += done.found;
      }
      expect(dialogs).toBeGreaterThan(5);
      expect(extra).toBeGreaterThan(50);
    }, 240_000);

    test("and with our policy even an unescaped one would not run", async () => {
      const { headers } = await browser(app).get("/privacy");
      const server = await serve((_request, response) => {
        response.writeHead(200, {
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": String(headers["content-security-policy"]),
        });
        response.end(`<!doctype html><title>x</title>${HOSTILE_NAMES.slice(0, 24).join("\n")}`);
      });
      let dialogs = 0;
      await withPage(bare.browser, "about:blank", {}, async (page) => {
        page.on("dialog", (dialog) => {
          dialogs += 1;
          void dialog.dismiss();
        });
        await page.goto(server.base);
        await page.waitForTimeout(300);
      });
      await server.stop();
      expect(dialogs).toBe(0);
    });
  },
);
