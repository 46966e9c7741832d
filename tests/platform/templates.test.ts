import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { loadAssets } from "../../src/platform/assets.js";
import { packageRoot } from "../../src/platform/config.js";
import { loadMessages } from "../../src/platform/i18n.js";
import { literalKeys, loadTemplates, type Templates } from "../../src/platform/templates.js";

const root = path.join(packageRoot, "templates");
const assets = loadAssets(root);
const made: string[] = [];

/** Templates of a test's own, beside the real partials and layouts. */
function withTemplates(files: Record<string, string>, texts: Record<string, string> = {}): Templates {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-templates-"));
  made.push(folder);
  const all: Record<string, string> = {
    "layouts/test.html.hbs": "{{body}}",
    "layouts/email.html.hbs": "<main>{{body}}</main>",
    "layouts/email.txt.hbs": "{{body}}",
    "locales/en/test.json": JSON.stringify({ "common.optional": "(optional)", ...texts }),
    ...files,
  };
  for (const file of readdirSync(path.join(root, "partials"))) {
    const source = readFileSync(path.join(root, "partials", file), "utf8");
    if (literalKeys(source).every((key) => key === "common.optional")) all[`partials/${file}`] = source;
  }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return loadTemplates({ root: folder, messages: loadMessages(folder), assets });
}

function show(source: string, view: object = {}, texts: Record<string, string> = {}): string {
  return withTemplates({ "test/page.html.hbs": source }, texts).render("test/page", view, { lang: "en" });
}

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

describe("templates", () => {
  test("escape what they are given, in text, attributes and messages", () => {
    const view = { name: `<b>"O'Brien" & Co</b>` };
    const safe = "&lt;b&gt;&quot;O&#x27;Brien&quot; &amp; Co&lt;/b&gt;";
    expect(show("{{name}}", view)).toBe(safe);
    expect(show('<p title="{{name}}">', view)).toBe(`<p title="${safe}">`);
    expect(show('{{t "x.hi" name=name}}', view, { "x.hi": "Hi {name}" })).toBe(`Hi ${safe}`);
    expect(
      show('{{rich "x.go" a="/q?a=1&b=2" name=name}}', view, { "x.go": "<a>Go</a> & {name}, <b>now</b>" }),
    ).toBe(`<a href="/q?a&#x3D;1&amp;b&#x3D;2">Go</a> &amp; ${safe}, <strong>now</strong>`);
    expect(show("{{bdi name}} {{state 'ok' name}}", view)).toBe(
      `<bdi>${safe}</bdi> <span class="state ok">${safe}</span>`,
    );
    expect(show("{{md name}}", view)).not.toContain("<b>");
  });

  test("refuse a view that lacks a field, and know a field that bears a helper's name", () => {
    expect(() => show("{{missing}}")).toThrow("missing");
    expect(() => show("{{country}}")).toThrow("country");
    expect(show("{{country}} {{country country}}", { country: "DE" })).toBe("DE Germany");
  });

  test("stop the start on an unknown helper, a missing message or a bad name", () => {
    expect(() => show("{{#if x}}")).toThrow("test/page");
    expect(() => show("{{nobody 1}}")).toThrow("nobody");
    expect(() => show('{{t "x.unknown"}}')).toThrow("x.unknown");
    expect(() => withTemplates({ "test/odd.hbs": "" })).toThrow("must end in");
  });

  test("build addresses for filters and pages", () => {
    const view = { filter: { q: "a b", sector: "", country: ["DE", "FR"] } };
    expect(show('{{url "/l" filter page=2}}', view)).toBe(
      "/l?q&#x3D;a+b&amp;country&#x3D;DE&amp;country&#x3D;FR&amp;page&#x3D;2",
    );
  });

  test("show dates, numbers and shares in the reader's language", () => {
    const templates = withTemplates({ "test/page.html.hbs": "{{time at}} {{number n}} {{percent p}}" });
    const view = { at: "2027-06-14T09:00:00Z", n: 12345, p: 0.31 };
    expect(templates.render("test/page", view, { lang: "en" })).toBe(
      '<time datetime="2027-06-14T09:00:00Z">14 June 2027</time> 12,345 31%',
    );
  });

  test("fill a field with what was typed, name its error and tie both to the control", () => {
    const page = '{{> field name="email" label="E-mail" hint="Work" value="old@a.example"}}';
    expect(show(page)).toContain('value="old@a.example"');
    const html = show(page, { values: { email: "<new>" }, errors: { email: "Not an address." } });
    expect(html).toContain('value="&lt;new&gt;"');
    expect(html).toContain('aria-invalid="true" aria-describedby="f-email-hint f-email-err"');
    expect(html).toContain('<span class="err" id="f-email-err">Not an address.</span>');
  });

  test("keep the text of a textarea byte for byte", () => {
    const html = show('<div>\n    {{> textarea name="why" label="Why"}}\n</div>', {
      values: { why: "\n a\n  b" },
    });
    expect(html).toContain(">\n\n a\n  b</textarea>");
  });

  test("check the chosen ones among options", () => {
    const view = {
      options: [
        { value: "a", label: "A" },
        { value: "b", label: "B" },
      ],
      values: { r: "b", c: ["a"] },
    };
    expect(show('{{> radios name="r" legend="R" options=options}}', view)).toContain('value="b" checked');
    expect(show('{{> checkboxes name="c" legend="C" options=options}}', view)).toContain('value="a" checked');
    expect(show('{{> select name="r" label="R" options=options}}', view)).toContain('value="b" selected');
    expect(show('{{> checkbox name="d" label="D" checked=true}}', view)).not.toContain("checked");
    expect(show('{{> checkbox name="d" label="D" checked=true}}')).toContain("checked");
  });
});

function mail() {
  return withTemplates(
    {
      "emails/hello.html.hbs": "<p>{{name}}</p>{{md text}}{{rich 'x.go' a=href}}",
      "emails/hello.txt.hbs": "{{name}}\n\n{{md text}}\n\n{{rich 'x.go' a=href}}",
    },
    { "mail.hello.subject": "For {name}", "x.go": "<a>Go</a>" },
  ).renderMail(
    "hello",
    { name: "Halden & Co", text: "See [it](https://a.example).", href: "https://b.example/?a=1" },
    { lang: "en" },
  );
}

describe("mails", () => {
  test("have a subject and two twins; the text one never escapes", () => {
    expect(mail().subject).toBe("For Halden & Co");
    expect(mail().text).toBe("Halden & Co\n\nSee it (https://a.example).\n\nGo (https://b.example/?a=1)\n");
    expect(mail().html).toContain("<p>Halden &amp; Co</p>");
  });

  test("need a subject before anything starts", () => {
    expect(() => withTemplates({ "emails/x.html.hbs": "x", "emails/x.txt.hbs": "x" })).toThrow(
      "mail.x.subject",
    );
  });
});

describe("our own templates", () => {
  const messages = loadMessages(root);
  const templates = loadTemplates({ root, messages, assets });
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".hbs"))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));

  test("name only messages that every language has", () => {
    const keys = sources.flatMap((source) => literalKeys(source.text));
    for (const lang of messages.languages) expect(keys.filter((key) => !messages.has(lang, key))).toEqual([]);
  });

  test("hold no inline script, no style attribute, no event attribute and no unescaped output", () => {
    const faults = sources.filter(({ file, text }) => {
      const mail = file.startsWith(`layouts${path.sep}email`);
      return (
        /<script(?! (type="module" )?src="{{asset "[a-z-]+\.js"}}"( defer)?>)|\sstyle=|\son[a-z]+=|javascript:|\{\{\{|\{\{&/i.test(
          text,
        ) ||
        (!mail && /<style/i.test(text))
      );
    });
    expect(faults.map(({ file }) => file)).toEqual([]);
  });

  test("quote every attribute that holds a value of ours", () => {
    expect(
      sources.filter(
        ({ file, text }) =>
          file.endsWith(".html.hbs") && /=\{\{/.test(text.replace(/\{\{[^}]*\}\}/g, "{{}}")),
      ),
    ).toEqual([]);
  });

  test("have both twins of each mail", () => {
    const mails = sources.map(({ file }) => file).filter((file) => file.startsWith("emails"));
    const names = [...new Set(mails.map((file) => file.replace(/\.(html|txt)\.hbs$/, "")))];
    expect(mails.sort()).toEqual(names.flatMap((name) => [`${name}.html.hbs`, `${name}.txt.hbs`]).sort());
  });

  test("give the error page title, heading, language and direction", () => {
    const view = { title: "Not here", heading: "Not here", sentence: "Gone." };
    const html = templates.render("error/page", view, { lang: "fr" });
    expect(html).toContain('<html lang="fr" dir="ltr">');
    expect(html).toContain("<title>Not here</title>");
    expect(html).toContain('<meta name="robots" content="noindex">');
    expect(html).toContain(assets.url("site.css"));
  });
});

describe("static files", () => {
  test("of text are kept in Brotli too, so that the sheet is a small part of a page", () => {
    const sheet = assets.files.get(assets.url("site.css"));
    expect(brotliDecompressSync(sheet?.brotli ?? Buffer.of()).equals(sheet?.body ?? Buffer.of())).toBe(true);
    expect(sheet?.brotli?.length).toBeLessThan(9_000);
    expect(assets.files.get(assets.url("ibm-plex-sans-latin.woff2"))?.brotli).toBeUndefined();
  });

  test("have an address that holds their content's hash, and fonts are only those the sheet names", () => {
    const css = assets.files.get(assets.url("site.css"))?.body.toString() ?? "";
    const fonts = [...css.matchAll(/url\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(fonts).toHaveLength(12);
    for (const font of fonts) expect(assets.files.get(font)?.type).toBe("font/woff2");
    expect(() => assets.url("nobody.css")).toThrow("nobody.css");
  });
});
