import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import Handlebars from "handlebars";
import type { Assets } from "./assets.js";
import { dir, type Messages } from "./i18n.js";
import { makeHelpers } from "./template-helpers.js";

export interface RenderOptions {
  readonly lang: string;
  /** Another layout than the one named like the template's folder, e.g. `personal` for a page in `public/`. */
  readonly layout?: string;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Templates {
  /** A page such as `public/letter` in its layout; throws on a field the template needs and the view lacks. */
  render(name: string, view: object, options: RenderOptions): string;
  /** Both twins of `emails/<name>` and the message `mail.<name>.subject`, filled from the same view. */
  renderMail(name: string, view: object, options: { readonly lang: string }): RenderedMail;
  /** Names of all pages and mails, e.g. `public/letter`, `emails/confirm`. */
  readonly names: readonly string[];
  readonly assets: Assets;
}

interface Source {
  readonly name: string;
  readonly kind: "html" | "txt";
  readonly text: string;
}

type Compiled = (context: object, options?: Handlebars.RuntimeOptions) => string;

function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".hbs"))
    .sort()
    .map((file) => {
      const match = /^(.+)\.(html|txt)\.hbs$/.exec(file.split(path.sep).join("/"));
      if (!match?.[1]) throw new Error(`Template ${file} must end in .html.hbs or .txt.hbs.`);
      return {
        name: match[1],
        kind: match[2] as Source["kind"],
        text: readFileSync(path.join(folder, file), "utf8"),
      };
    });
}

/** One Handlebars of its own for HTML, one for text twins: same helpers, different escaping, no shared partials. */
function compileAll(sources: readonly Source[], kind: Source["kind"], messages: Messages, assets: Assets) {
  const html = kind === "html";
  const engine = Handlebars.create();
  const helpers = makeHelpers({
    messages,
    assets,
    html,
    escape: html ? (text) => Handlebars.escapeExpression(text) : (text) => text,
    safe: (markup) => (html ? new Handlebars.SafeString(markup) : markup),
  });
  engine.registerHelper(helpers as unknown as Handlebars.HelperDeclareSpec);
  const options = {
    strict: true,
    noEscape: !html,
    explicitPartialContext: true,
    preventIndent: true,
    knownHelpersOnly: true,
    knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
  };
  const compiled = new Map<string, Compiled>();
  for (const source of sources.filter((one) => one.kind === kind)) {
    try {
      engine.precompile(source.text, options);
    } catch (cause) {
      throw new Error(`Template ${source.name}.${kind}.hbs: ${String(cause)}`, { cause });
    }
    const template = engine.compile<object>(source.text, options);
    if (source.name.startsWith("partials/")) engine.registerPartial(source.name.slice(9), template);
    else compiled.set(source.name, template);
  }
  return compiled;
}

/** Every `{{t "…"}}` and `{{rich "…"}}` with a literal key, so that a missing message stops the start, not a reader. */
export function literalKeys(source: string): string[] {
  return [...source.matchAll(/[{(](?:t|rich)\s+"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function checkKeys(sources: readonly Source[], messages: Messages): void {
  const missing: string[] = [];
  for (const source of sources) {
    const keys = literalKeys(source.text);
    if (source.name.startsWith("emails/")) keys.push(`mail.${source.name.slice(7)}.subject`);
    missing.push(...keys.filter((key) => !messages.has("en", key)).map((key) => `${key} (${source.name})`));
  }
  if (missing.length > 0)
    throw new Error(`English messages are missing: ${[...new Set(missing)].join(", ")}.`);
}

function safeBody(html: string): Handlebars.SafeString {
  return new Handlebars.SafeString(html);
}

/**
 * Compiles every `*.html.hbs` and `*.txt.hbs` below the folder; throws at once on bad syntax, an unknown helper, or a
 * message key that English lacks.
 */
export function loadTemplates(given: { root: string; messages: Messages; assets: Assets }): Templates {
  const { root, messages, assets } = given;
  const sources = readSources(root);
  checkKeys(sources, messages);
  const html = compileAll(sources, "html", messages, assets);
  const text = compileAll(sources, "txt", messages, assets);

  function find(kind: Source["kind"], name: string): Compiled {
    const found = (kind === "html" ? html : text).get(name);
    if (!found) throw new Error(`There is no template ${name}.${kind}.hbs.`);
    return found;
  }

  function inLayout(kind: Source["kind"], name: string, view: object, options: RenderOptions): string {
    const context = { ...view, lang: options.lang, dir: dir(options.lang) };
    const layout = options.layout ?? name.split("/")[0] ?? "";
    const body = find(kind, name)(context);
    return find(kind, `layouts/${layout}`)({ ...context, body: kind === "html" ? safeBody(body) : body });
  }

  return {
    assets,
    names: [...new Set([...html.keys(), ...text.keys()])]
      .filter((name) => !name.startsWith("layouts/"))
      .sort(),
    render: (name, view, options) => inLayout("html", name, view, options),
    renderMail(name, view, { lang }) {
      const options = { lang, layout: "email" };
      const args = view as Record<string, unknown>;
      const subject = messages.t(lang, `mail.${name}.subject`, args).replace(/\s+/g, " ").trim();
      return {
        subject,
        text: `${inLayout("txt", `emails/${name}`, view, options)
          .replace(/\n{3,}/g, "\n\n")
          .trim()}\n`,
        html: inLayout("html", `emails/${name}`, { ...view, subject }, options),
      };
    },
  };
}
