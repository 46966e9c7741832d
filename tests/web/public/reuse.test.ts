import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { writeText } from "../../../src/domain/letters/service.js";
import { browser, START, testApp, type TestApp } from "../../support/app.js";
import { CANARY, insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { xmlFaults } from "../../support/xml.js";

let app: TestApp;
let letterId: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  ({ id: letterId } = await makeLetter(app.system));
});
afterAll(() => app.close());

const PAGE = `/letters/${LETTER.slug}`;
/** A page's markup as a browser reads it in attributes. */
function unescaped(html: string): string {
  return html.replaceAll("&#x3D;", "=").replaceAll("&amp;", "&").replaceAll("&quot;", '"');
}

/** What stands at an address, whatever its type. */
async function textAt(path: string): Promise<string> {
  const answer = await browser(app).get(path).responseType("blob").expect(200);
  return String(answer.body);
}

const HOSTILE = `Ørsted & "Söhne" <b>'x'</b> ]]> Ltd`;

describe("the list as a feed", () => {
  it("says latest first who signed and who withdrew, with ids that stay", async () => {
    const day = (n: number) => new Date(app.clock.now().getTime() + n * 86_400_000);
    await insertSignature(app.system, { letterId, organisation: "Halden", at: day(0) });
    await insertSignature(app.system, { letterId, organisation: HOSTILE, at: day(2) });
    await insertSignature(app.system, { letterId, organisation: "Nansen", state: "withdrawn", at: day(1) });
    await insertSignature(app.system, { letterId, organisation: "Hidden", visibility: "confidential" });
    const feed = await browser(app).get(`${PAGE}/signatories.atom`).responseType("blob").expect(200);
    expect(feed.headers["content-type"]).toBe("application/atom+xml; charset=utf-8");
    expect(feed.headers["access-control-allow-origin"]).toBe("*");
    const xml = String(feed.body);
    expect(xmlFaults(xml)).toEqual([]);
    const titles = [...xml.matchAll(/<entry>[\s\S]*?<title>(.*?)<\/title>/g)].map((match) => match[1]);
    expect(titles).toHaveLength(3);
    expect(titles[0]).toContain("&lt;b&gt;");
    expect(titles[1]).toBe("Nansen withdrew");
    expect(titles[2]).toBe("Halden signed");
    expect(xml).not.toContain("Hidden");
    expect(xml).not.toContain(CANARY);
    const ids = [...xml.matchAll(/<id>(.*?)<\/id>/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(4);
    app.clock.set("2027-05-01T09:00:00Z");
    const later = await textAt(`${PAGE}/signatories.atom`);
    expect([...later.matchAll(/<id>(.*?)<\/id>/g)].map((match) => match[1])).toEqual(ids);
  });

  it("can be narrowed like the list", async () => {
    await insertSignature(app.system, { letterId, organisation: "Halden", country: "NO" });
    await insertSignature(app.system, { letterId, organisation: "Asagiri", country: "JP" });
    const xml = await textAt(`${PAGE}/signatories.atom?country=JP`);
    expect(xml).toContain("Asagiri");
    expect(xml).not.toContain("Halden");
  });
});

describe("what others put on their pages", () => {
  it("stands in a frame of anybody's page, with the count and the newest names", async () => {
    await insertSignature(app.system, { letterId, organisation: HOSTILE });
    const frame = await browser(app).get(`${PAGE}/embed`).expect(200);
    expect(frame.headers["content-security-policy"]).toContain("frame-ancestors *");
    expect(frame.headers["x-frame-options"]).toBeUndefined();
    expect(frame.text).toContain("Ørsted &amp; &quot;Söhne&quot; &lt;b&gt;");
    expect(frame.text).toContain('target="_top"');
    const page = await browser(app).get(PAGE).expect(200);
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(page.headers["x-frame-options"]).toBe("DENY");
  });

  it("is a picture with the count that runs nothing", async () => {
    await insertSignature(app.system, { letterId, organisation: HOSTILE });
    const badge = await browser(app).get(`${PAGE}/badge.svg`).responseType("blob").expect(200);
    const svg = String(badge.body);
    expect(badge.headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
    expect(badge.headers["content-security-policy"]).toContain("sandbox");
    expect(xmlFaults(svg)).toEqual([]);
    expect(svg).toContain("Signed by one organisation");
    expect(svg).not.toContain("script");
  });

  it("is found by publishing tools from the address of the letter, of ours only", async () => {
    const page = await browser(app).get(PAGE).expect(200);
    const found = /type="application\/json\+oembed" href="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const answer = await browser(app).get(unescaped(found)).expect(200);
    expect(answer.body).toMatchObject({
      version: "1.0",
      type: "rich",
      title: LETTER.title,
      width: 480,
      height: 420,
    });
    expect((answer.body as { html: string }).html).toContain(`src="${app.config.publicUrl}${PAGE}/embed"`);
    const small = await browser(app)
      .get("/oembed")
      .query({ url: app.config.publicUrl + PAGE, maxwidth: "300", maxheight: "x" });
    expect(small.body).toMatchObject({ width: 300, height: 420 });
    for (const url of [
      "https://elsewhere.example/letters/keep-orbit-usable",
      "nonsense",
      "",
      `${app.config.publicUrl}/console`,
    ])
      await browser(app).get("/oembed").query({ url }).expect(404);
    await browser(app)
      .get("/oembed")
      .query({ url: app.config.publicUrl + PAGE, format: "xml" })
      .expect(501);
  });

  it("is offered as code to copy", async () => {
    const list = await browser(app).get(`${PAGE}/signatories`).expect(200);
    expect(list.text).toContain(`&lt;iframe src&#x3D;&quot;${app.config.publicUrl}${PAGE}/embed&quot;`);
    expect(list.text).toContain("embed.js&quot; async&gt;");
    const script = await browser(app).get("/embed.js").expect(200);
    expect(script.headers["cross-origin-resource-policy"]).toBe("cross-origin");
  });
});

describe("what programs read on a letter's page", () => {
  it("says in the words of schema.org what it is, and cannot be broken out of", async () => {
    await insertSignature(app.system, { letterId });
    await writeText(app.system, LETTER.slug, {
      ...LETTER,
      language: "fr",
      title: `</script><script>alert(1)</script>`,
      reviewed: true,
    });
    const page = await browser(app).get(`${PAGE}?lang=fr`).expect(200);
    const data = [...page.text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/g)];
    expect(data).toHaveLength(1);
    expect(page.text).not.toContain("<script>alert");
    expect(JSON.parse(data[0]?.[1] ?? "")).toMatchObject({
      "@type": "CreativeWork",
      name: "</script><script>alert(1)</script>",
      inLanguage: "fr",
      interactionStatistic: { userInteractionCount: 1 },
      workTranslation: [{ inLanguage: "en" }],
    });
    expect(unescaped(page.text)).toContain(
      `<meta property="og:url" content="${app.config.publicUrl}${PAGE}?lang=fr">`,
    );
  });

  it("names every language with a full address, in the page and in the sitemap", async () => {
    await writeText(app.system, LETTER.slug, {
      ...LETTER,
      language: "fr",
      title: "Gardons l’orbite",
      reviewed: true,
    });
    const page = await browser(app).get(PAGE).expect(200);
    for (const lang of ["en", "fr"])
      expect(unescaped(page.text)).toContain(
        `<link rel="alternate" hreflang="${lang}" href="${app.config.publicUrl}${PAGE}?lang=${lang}">`,
      );
    expect(page.text).toContain(
      `<link rel="alternate" hreflang="x-default" href="${app.config.publicUrl}${PAGE}">`,
    );
    const map = await textAt("/sitemap.xml");
    expect(xmlFaults(map)).toEqual([]);
    expect(unescaped(map)).toContain(
      `hreflang="fr" href="${app.config.publicUrl}${PAGE}/signatories?lang=fr"`,
    );
  });
});
