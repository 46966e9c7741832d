import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { packageRoot } from "../../src/platform/config.js";
import { loadMessages } from "../../src/platform/i18n.js";
import { FOOTER_PAGES } from "../../src/web/footer.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import {
  accessibilityFaults,
  findChromium,
  overflow,
  serve,
  startBrowser,
  withPage,
} from "../support/browser.js";
import { addressesIn } from "../support/html.js";
import { LETTER, makeLetter } from "../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const { languages } = loadMessages(path.join(packageRoot, "templates"));
const every = FOOTER_PAGES.flatMap((name) => languages.map((lang) => ({ name, lang })));

describe("while no letter is public", () => {
  test.each([...FOOTER_PAGES])("/%s still says whom to write to", async (name) => {
    const { text } = await browser(app).get(`/${name}`).expect(200);
    expect(text).toContain("mailto:letters@forum.example");
  });

  test("a letter that is only being prepared names nobody", async () => {
    await makeLetter(app.system, {
      slug: "secret-plan",
      state: "approved",
      sponsor_email: "hidden@forum.example",
    });
    for (const name of [...FOOTER_PAGES, ".well-known/security.txt"]) {
      const { text } = await browser(app).get(`/${name}`).expect(200);
      expect(text).not.toContain("hidden@forum.example");
      expect(text).not.toContain("secret-plan");
    }
  });
});

describe("with a letter that is open", () => {
  beforeAll(async () => {
    await makeLetter(app.system, {});
    await makeLetter(app.system, {
      slug: "another",
      sponsor_name: "Ström & <Söhne>",
      sponsor_address: "Kaj 1\n0150 Oslo",
      sponsor_email: "post@strom.example",
    });
  });

  test.each(every)(
    "/$name reads in $lang, says whose it is, and may be kept for a while",
    async ({ name, lang }) => {
      const answer = await browser(app).get(`/${name}?lang=${lang}`).expect(200);
      const title = app.messages.t(lang, `pages.${name}.title`);
      expect(answer.text).toContain(`<html lang="${lang}"`);
      expect(answer.text).toContain(`<title>${title}</title>`);
      expect(answer.text).toContain(`rel="canonical" href="http://127.0.0.1:8080/${name}"`);
      expect(answer.text).toContain(LETTER.sponsor_name);
      expect(answer.text).toContain(`mailto:${LETTER.sponsor_email}`);
      expect(answer.headers).toMatchObject({
        "content-language": lang,
        "cache-control": expect.stringContaining("public"),
      });
      expect(answer.headers["vary"]).toContain("Accept-Language");
      expect(answer.headers["set-cookie"]).toBeUndefined();
    },
  );

  test("the browser's own language is heard", async () => {
    const { text } = await browser(app).get("/privacy").set("Accept-Language", "fr-CA, en;q=0.5").expect(200);
    expect(text).toContain('<html lang="fr"');
  });

  test("the imprint gives name, postal address and e-mail address of the sponsor, as they are", async () => {
    const { text } = await browser(app).get("/imprint").expect(200);
    expect(text).toContain("Ström &amp; &lt;Söhne&gt;");
    expect(text).toContain("Kaj 1, 0150 Oslo");
    expect(text).toContain("mailto:post@strom.example");
    expect(text).toContain(LETTER.sponsor_address);
  });

  test("every link at the foot answers, in the language that was asked for", async () => {
    for (const from of [
      ...FOOTER_PAGES.map((name) => `/${name}?lang=fr`),
      "/?lang=fr",
      "/no-such-page?lang=fr",
    ]) {
      const { text } = await browser(app).get(from);
      const foot = text.slice(text.indexOf('<footer class="foot">'));
      const links = addressesIn(foot);
      expect(links).toEqual(FOOTER_PAGES.map((name) => `/${name}?lang=fr`));
      for (const link of links) {
        const answer = await browser(app).get(link).expect(200);
        expect(answer.text).toContain('<html lang="fr"');
      }
    }
  });

  test("the pages of a letter lead there too, in the language they are read in", async () => {
    for (const from of ["/letters/another", "/letters/another/signatories"]) {
      const { text } = await browser(app).get(`${from}?lang=en`).expect(200);
      const links = addressesIn(text.slice(text.indexOf('<footer class="foot">')));
      expect(links).toEqual(FOOTER_PAGES.map((name) => `/${name}?lang=en`));
    }
  });

  test("security.txt says whom to tell, until when and where it belongs (RFC 9116)", async () => {
    const answer = await browser(app).get("/.well-known/security.txt").expect(200);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.text.split("\n")).toEqual([
      "Contact: mailto:post@strom.example",
      `Contact: mailto:${LETTER.sponsor_email}`,
      "Expires: 2027-05-30T00:00:00Z",
      `Preferred-Languages: ${languages.join(", ")}`,
      "Canonical: http://127.0.0.1:8080/.well-known/security.txt",
      "",
    ]);
  });
});

const inBrowser = findChromium() ? describe : describe.skip;
if (!findChromium())
  process.stderr.write("Skipped: no Chromium was found, so nobody looked at the pages at the foot.\n");

inBrowser("looked at in a browser", () => {
  let chromium: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    chromium = await startBrowser();
    server = await serve(app.web);
  });
  afterAll(async () => {
    await chromium.close();
    await server.stop();
  });

  const desk = { viewport: { width: 1280, height: 900 } };
  const phone = { viewport: { width: 320, height: 740 }, colorScheme: "dark" as const };

  test.each([...FOOTER_PAGES])(
    "axe-core finds nothing in /%s on a desk, nor in French on a dark phone",
    async (name) => {
      const url = `${server.base}/${name}`;
      expect(await withPage(chromium, `${url}?lang=en`, desk, accessibilityFaults)).toEqual([]);
      const small = await withPage(chromium, `${url}?lang=fr`, phone, async (page) => ({
        faults: await accessibilityFaults(page),
        overflow: await overflow(page),
      }));
      expect(small).toEqual({ faults: [], overflow: 0 });
    },
  );
});
