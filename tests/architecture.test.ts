import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { packageRoot } from "../src/platform/config.js";

/** Concepts from the lowest to the highest: an arrow may only point down (ARCHITECTURE.md). */
const CONCEPTS = [
  "activity",
  "classification",
  "links",
  "team",
  "letters",
  "organisations",
  "consent",
  "tasks",
  "mail",
  "invitations",
  "signatures",
  "declines",
  "pledges",
  "statements",
  "review",
  "imports",
  "outreach",
  "inbound",
  "publication",
  "log",
  "delivery",
  "merging",
  "reports",
  "privacy",
];

const sourceRoot = path.join(packageRoot, "src");

interface Source {
  file: string;
  text: string;
  imports: string[];
  /** The imports that stay when types are gone. */
  values: string[];
}

function readSources(): Source[] {
  return readdirSync(sourceRoot, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => {
      const text = readFileSync(path.join(sourceRoot, file), "utf8");
      const names = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? "");
      const imports = names(/(?:from|import)\s+"([^"]+)"/g);
      const types = new Set(names(/^import type [^;]*? from\s+"([^"]+)"/gm));
      const values = imports.filter((name) => !types.has(name));
      return { file: file.replaceAll("\\", "/"), text, imports, values };
    });
}

const sources = readSources();

/** The imported file relative to src, or undefined for a package and for tables of reference data. */
function target(source: Source, imported: string): string | undefined {
  if (!imported.startsWith(".") || /\/data\/.+\.json$/.test(imported)) return undefined;
  return path.posix.join(path.posix.dirname(source.file), imported).replace(/\.js$/, ".ts");
}

function targets(source: Source): string[] {
  return source.imports.map((each) => target(source, each)).filter((each) => each !== undefined);
}

function conceptOf(file: string): string | undefined {
  return /^domain\/([^/]+)\//.exec(file)?.[1];
}

function roomOf(file: string): "commands" | "store" | "service" | "views" | "noun" {
  const name = path.posix.basename(file, ".ts");
  if (/(^|-)store$/.test(name)) return "store";
  if (/(^|-)service$/.test(name)) return "service";
  if (/(^|-)views$/.test(name)) return "views";
  if (/(^|-)commands$/.test(name)) return "commands";
  return "noun";
}

function floorOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function broken(rule: (source: Source, to: string) => boolean): string[] {
  return sources.flatMap((source) =>
    targets(source)
      .filter((to) => rule(source, to))
      .map((to) => `${source.file} → ${to}`),
  );
}

describe("the house", () => {
  it("has sources to look at", () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it("keeps the ground free of everything above it", () => {
    expect(broken((source, to) => floorOf(source.file) === "platform" && floorOf(to) !== "platform")).toEqual(
      [],
    );
  });

  it("lets the domain import only the ground and the domain", () => {
    expect(
      broken(
        (source, to) => floorOf(source.file) === "domain" && !["platform", "domain"].includes(floorOf(to)),
      ),
    ).toEqual([]);
  });

  it("knows every concept and points only downwards between them", () => {
    const unknown = sources
      .map(({ file }) => conceptOf(file))
      .filter((name) => name && !CONCEPTS.includes(name));
    expect(unknown).toEqual([]);
    expect(
      broken((source, to) => {
        const [from, at] = [conceptOf(source.file), conceptOf(to)];
        return from !== undefined && at !== undefined && CONCEPTS.indexOf(at) > CONCEPTS.indexOf(from);
      }),
    ).toEqual([]);
  });

  it("keeps rules pure: nouns import nouns, and of the ground only what does nothing", () => {
    const pure = new Set(
      [
        "calendar",
        "clock",
        "errors",
        "email-address",
        "mail-providers",
        "markdown",
        "registrable-domain",
        "schema",
      ].map((name) => `platform/${name}.ts`),
    );
    expect(
      broken((source, to) => {
        if (floorOf(source.file) !== "domain" || roomOf(source.file) !== "noun") return false;
        if (floorOf(to) !== "platform") return roomOf(to) !== "noun";
        return !pure.has(to) && source.values.some((each) => target(source, each) === to);
      }),
    ).toEqual([]);
  });

  it("lets commands import zod, schema pieces and nouns only", () => {
    expect(
      broken((source, to) => {
        if (floorOf(source.file) !== "domain" || roomOf(source.file) !== "commands") return false;
        return !(
          to === "platform/schema.ts" ||
          to === "platform/email-address.ts" ||
          (conceptOf(to) && ["noun", "commands"].includes(roomOf(to)))
        );
      }),
    ).toEqual([]);
  });

  it("lets only a concept's own service open its store", () => {
    expect(
      broken((source, to) => {
        if (floorOf(to) !== "domain" || roomOf(to) !== "store") return false;
        return (
          conceptOf(source.file) !== conceptOf(to) ||
          !["service", "store", "views"].includes(roomOf(source.file))
        );
      }),
    ).toEqual([]);
  });

  it("keeps the doors apart", () => {
    const doors = new Set(["web", "worker", "cli"]);
    expect(
      broken((source, to) => {
        const [from, at] = [floorOf(source.file), floorOf(to)];
        return doors.has(at) && from !== at && (doors.has(from) || from === "demo");
      }),
    ).toEqual([]);
  });

  it("keeps each tool in its room", () => {
    const homes: Record<string, RegExp> = {
      express: /^web\//,
      multer: /^web\//,
      helmet: /^web\//,
      "express-rate-limit": /^web\//,
      imapflow: /^platform\/imap\.ts$/,
      tldts: /^platform\/registrable-domain\.ts$/,
      nodemailer: /^platform\/mailer/,
      handlebars: /^platform\/templates/,
      "markdown-it": /^platform\/markdown\.ts$/,
      "intl-messageformat": /^platform\/i18n\.ts$/,
      pg: /^platform\//,
      knex: /^platform\//,
      pino: /^platform\/log\.ts$/,
      "postal-mime": /^platform\/mail-parse\.ts$/,
    };
    const astray = sources.flatMap((source) =>
      source.imports
        .filter((name) => homes[name] && !homes[name].test(source.file))
        .map((name) => `${source.file} imports ${name}`),
    );
    expect(astray).toEqual([]);
  });

  it("has one clock and one place for settings", () => {
    const astray = sources.flatMap(({ file, text }) => [
      ...(file !== "platform/clock.ts" &&
      /Date\.now\(|new Date\(\)|\bnow\(\)|current_timestamp/i.test(stripClock(text))
        ? [`${file} asks the time itself`]
        : []),
      ...(file !== "platform/config.ts" && text.includes("process.env")
        ? [`${file} reads the environment itself`]
        : []),
    ]);
    expect(astray).toEqual([]);
  });

  it("keeps SQL in stores, views and the ground", () => {
    const astray = sources
      .filter(({ file }) => !file.startsWith("platform/") && !["store", "views"].includes(roomOf(file)))
      .filter(({ text }) =>
        /\b(?:ctx|tx|app)\.db\(|\.raw\(|`\s*(?:select|insert|update|delete|with)\s/i.test(
          withoutComments(text),
        ),
      )
      .map(({ file }) => file);
    expect(astray).toEqual([]);
  });

  it("has no barrels, no rooms for leftovers and no file over 400 lines", () => {
    const astray = sources.flatMap(({ file, text }) => [
      ...(path.posix.basename(file) === "index.ts" ? [`${file} is a barrel`] : []),
      ...(/(^|\/)(utils|helpers|common|types)(\/|\.ts)/.test(file)
        ? [`${file} has a name that says nothing`]
        : []),
      ...(text.split("\n").length > 401 ? [`${file} is too long`] : []),
      ...(/export default|export \* from/.test(text) ? [`${file} exports without names`] : []),
    ]);
    expect(astray).toEqual([]);
  });

  it("goes in no circle", () => {
    const edges = new Map(sources.map((source) => [source.file, targets(source)]));
    const state = new Map<string, "open" | "done">();
    const circles: string[] = [];
    const visit = (file: string, trail: string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
        return;
      }
      state.set(file, "open");
      for (const to of edges.get(file) ?? []) visit(to, [...trail, file]);
      state.set(file, "done");
    };
    for (const file of edges.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, "");
}

function stripClock(text: string): string {
  return withoutComments(text).replaceAll(/(clock|performance)\.now\(\)/g, "");
}
