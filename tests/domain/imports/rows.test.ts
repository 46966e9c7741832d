import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { decideRow, type Known } from "../../../src/domain/imports/decide-row.js";
import { FileMemory } from "../../../src/domain/imports/file-memory.js";
import {
  headerScore,
  mapHeader,
  type ColumnMapping,
  type Field,
} from "../../../src/domain/imports/header-mapping.js";
import { judgeRow } from "../../../src/domain/imports/judge-row.js";
import { verdictOfCodes } from "../../../src/domain/imports/row.js";
import type { StoredContact, StoredOrganisation } from "../../../src/domain/imports/row-diff.js";
import { parseEmail } from "../../../src/platform/email-address.js";
import { nameKey, nameSkeleton } from "../../../src/domain/organisations/name-key.js";
import { packageRoot } from "../../../src/platform/config.js";

interface ExportHeader {
  header: string[];
  expected_mapping: Record<string, string | string[] | null>;
}

function mapped(header: string[]): ColumnMapping {
  const verdict = mapHeader(header);
  if (!verdict.ok) throw new Error(verdict.problem);
  return verdict.mapping;
}

describe("the header of a list", () => {
  const exports = JSON.parse(
    readFileSync(path.join(packageRoot, "tests/fixtures/contact-exports/headers.json"), "utf8"),
  ) as Record<string, ExportHeader>;
  const names: Record<string, Field> = {
    org: "organisation",
    first: "first_name",
    last: "last_name",
    title: "title",
    country: "country",
    website: "website",
    notes: "notes",
  };

  it.each(Object.entries(exports))("of %s is understood", (_name, { header, expected_mapping: expected }) => {
    const verdict = mapHeader(header);
    if (expected["org"] === null) {
      expect(verdict).toMatchObject({ ok: false, problem: "NO_NAME_COLUMN" });
      return;
    }
    if (!verdict.ok) throw new Error(verdict.problem);
    for (const [name, field] of Object.entries(names)) {
      const column = expected[name];
      if (typeof column === "string")
        expect([name, header[verdict.mapping[field]?.[0] ?? -1]]).toEqual([name, column]);
    }
    expect(verdict.mapping.email?.map((column) => header[column]) ?? []).toEqual(expected["email"] ?? []);
  });

  it("of our own lists is understood", () => {
    const header =
      "org_id,name,country_iso2,country,sector,website_domain,active_satellites,contact_email,contact_role,source";
    expect(mapped(header.split(","))).toEqual({
      external_id: [0],
      organisation: [1],
      country: [2, 3],
      sector: [4],
      domain: [5],
      active_satellites: [6],
      email: [7],
      title: [8],
      source: [9],
    });
  });

  it("names the person where another column names the organisation", () => {
    expect(mapped(["Name", "Company", "E-mail"])).toMatchObject({ organisation: [1], contact_name: [0] });
  });

  it("is refused without a name column, or with a column that stands twice", () => {
    expect(mapHeader(["Email", "", "Phone"])).toEqual({
      ok: false,
      problem: "NO_NAME_COLUMN",
      columns: ["Email", "Phone"],
    });
    expect(mapHeader(["name", "country", "Name"])).toEqual({
      ok: false,
      problem: "DUPLICATE_COLUMN",
      column: "Name",
    });
    expect(headerScore(["Prospects", "of", "spring"])).toBe(0);
  });
});

const HEADER = ["name", "country", "email", "phone", "website", "satellites", "notes"];
const SHAPE = { header: HEADER, mapping: mapped(HEADER) };

function judge(...cells: string[]) {
  return judgeRow(1, cells, SHAPE);
}

function full(cells: Partial<Record<string, string>>): string[] {
  const usual = { name: "Acme", country: "FR", email: "a@acme.example" };
  return HEADER.map((column) => ({ ...usual, ...cells })[column] ?? "");
}

describe("a row", () => {
  it.each([
    [{ name: "" }, "MISSING_NAME"],
    [{ name: "n/a" }, "MISSING_NAME"],
    [{ email: "not an address" }, "INVALID_EMAIL"],
    [{ email: "a@acme.example; b@" }, "INVALID_EMAIL"],
    [{ email: "jürgen@acme.example" }, "INVALID_EMAIL"],
    [{ country: "Atlantis" }, "UNKNOWN_COUNTRY"],
    [{ name: "=cmd()" }, "FORMULA_IN_NAME"],
    [{ name: "<script>" }, "MARKUP_IN_NAME"],
    [{ name: "Ac\ufffdme" }, "INVALID_ENCODING"],
    [{ notes: "a\u0007b" }, "CONTROL_CHARS"],
    [{ name: "A".repeat(201) }, "NAME_TOO_LONG"],
    [{ notes: "x".repeat(10_001) }, "CELL_TOO_LONG"],
    [{ country: "" }, "MISSING_COUNTRY"],
    [{ email: "" }, "NO_CONTACT"],
    [{ email: "A@Acme.example" }, "EMAIL_NORMALIZED"],
    [{ email: "a@acme.example ::: b@acme.example" }, "MULTIPLE_EMAILS"],
    [{ notes: "=1+1" }, "FORMULA_TEXT"],
    [{ satellites: "many" }, "INVALID_NUMBER"],
    [{ satellites: "-3" }, "INVALID_NUMBER"],
    [{ phone: "call me" }, "INVALID_PHONE"],
    [{ website: "not a site" }, "INVALID_WEBSITE"],
    [{ email: "", phone: "a@acme.example" }, "MISPLACED_EMAIL"],
    [{ name: "Ac\u200bme" }, "INVISIBLE_CHARS_REMOVED"],
    [{ name: "SociÃ©tÃ© Orbitale" }, "MOJIBAKE_SUSPECTED"],
  ])("%j is told %s", (cells, code) => {
    expect(judge(...full(cells)).codes).toContain(code);
  });

  it("without anything to say carries no code", () => {
    const good = full({
      phone: "+33 1 23 45 67 89",
      website: "acme.example",
      satellites: "1,200",
      notes: "met - fine",
    });
    expect(judge(...good)).toEqual({
      row: 1,
      codes: [],
      organisation: {
        name: "Acme",
        country: "FR",
        website: "https://acme.example",
        domain: "acme.example",
        active_satellites: 1200,
      },
      contacts: [{ email: "a@acme.example", phone: "+33 1 23 45 67 89", notes: "met - fine" }],
    });
  });

  it("drops a bad number, phone and website and keeps the rest", () => {
    const judged = judge(...full({ phone: "x", website: "x", satellites: "x" }));
    expect(judged.codes.sort()).toEqual(["INVALID_NUMBER", "INVALID_PHONE", "INVALID_WEBSITE"]);
    expect(judged.organisation).toEqual({ name: "Acme", country: "FR" });
  });

  it("gives each of several addresses a contact", () => {
    const { contacts } = judge(
      ...full({ email: "Jane Doe <J@acme.example>, press@acme.example\nj@acme.example" }),
    );
    expect(contacts).toEqual([
      { name: "Jane Doe", email: "j@acme.example" },
      { email: "press@acme.example" },
    ]);
  });

  it("is skipped when it is blank or the header again", () => {
    expect(judge("", " ").codes).toEqual(["EMPTY_ROW"]);
    expect(judge(...HEADER.map((name) => name.toUpperCase())).codes).toEqual(["REPEATED_HEADER"]);
  });

  it("is judged whatever stands in it, also where a careless pattern would never end", () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string(),
      fc.constantFrom("a@b.example", "FR", "=1", " ", "Acme"),
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 9 }), (cells) => {
        const { codes, organisation, contacts } = judge(...cells);
        if (verdictOfCodes(codes) === undefined) expect(organisation?.name).toMatch(/\S/);
        for (const { email } of contacts) if (email !== undefined) expect(parseEmail(email)).toBe(email);
      }),
      { numRuns: 500 },
    );
    for (const piece of [" ", "a", "<", "a ", "@", ",", "a.", '"', "<a", "a:"]) {
      const long = piece.repeat(10_000 / piece.length);
      judge(long, long, long, long, long, long, long);
      judge("Acme", "FR", `a${long.slice(2)}b`);
    }
  });

  it("may be short at the end, is looked at when it was cut off, and refused when it is too long", () => {
    expect(judge("Acme", "FR", "a@acme.example").codes).toEqual([]);
    expect(judge("Acme", "FR").codes).toContain("INCOMPLETE_ROW");
    expect(judge(...full({}), "more").codes).toContain("BAD_COLUMN_COUNT");
    expect(judge(...full({}), "", " ").codes).toEqual([]);
  });
});

function stored(
  name: string,
  country: string | null,
  extra: Partial<StoredOrganisation> = {},
): StoredOrganisation {
  return {
    id: `id of ${name} ${country}`,
    name,
    country,
    legal_name: null,
    sector: "other",
    website: null,
    domain: null,
    active_satellites: null,
    metrics_as_of: null,
    external_id: null,
    ...extra,
  };
}

function storedContact(organisation: StoredOrganisation, email: string): StoredContact {
  return {
    id: `id of ${email}`,
    organisation_id: organisation.id,
    email,
    name: null,
    title: null,
    phone: null,
    language: null,
    notes: null,
  };
}

function known(organisations: StoredOrganisation[] = [], contacts: StoredContact[] = []): Known {
  const by = (keyOf: (name: string) => string) => {
    const map = new Map<string, StoredOrganisation[]>();
    for (const each of organisations) map.set(keyOf(each.name), [...(map.get(keyOf(each.name)) ?? []), each]);
    return map;
  };
  return {
    organisationsByKey: by(nameKey),
    organisationsBySkeleton: by(nameSkeleton),
    organisationsById: new Map(organisations.map((each) => [each.id, each])),
    contactsByEmail: new Map(contacts.map((each) => [each.email ?? "", each])),
    peopleByOrganisation: new Map(),
    stopped: new Set(),
  };
}

/** Judges and decides rows of `name, country, email` in their order. */
function decide(rows: [string, string, string][], had: Known = known()) {
  const memory = new FileMemory();
  return rows.map(([name, country, email], at) =>
    decideRow(judgeRow(at + 1, full({ name, country, email }), SHAPE), had, memory),
  );
}

describe("what becomes of a row", () => {
  const acme = stored("Acme S.A.", "FR");
  const had = known([acme], [storedContact(acme, "a@acme.example")]);

  it("creates what we do not have, once, and adds later addresses", () => {
    const decisions = decide([
      ["Orbital Works GmbH", "DE", "a@orbital.example"],
      ["ORBITAL WORKS", "DE", "a@orbital.example"],
      ["Orbital Works", "Germany", "b@orbital.example"],
      ["Orbital Works", "CH", "c@orbital.example"],
    ]);
    expect(decisions.map(({ verdict, match }) => [verdict, match?.row])).toEqual([
      ["create", undefined],
      ["duplicate", 1],
      ["update", 1],
      ["create", undefined],
    ]);
  });

  it("changes nothing when we have it all", () => {
    expect(decide([["ACME", "FR", "a@acme.example"]], had)[0]).toMatchObject({
      verdict: "unchanged",
      match: { organisation_id: acme.id, score: 1, why: "same_key" },
    });
  });

  it("shows field by field what it would change", () => {
    const judged = judgeRow(1, full({ country: "", email: "new@acme.example", satellites: "7" }), SHAPE);
    expect(decideRow(judged, had, new FileMemory())).toMatchObject({
      verdict: "update",
      codes: ["MISSING_COUNTRY"],
      diff: {
        organisation: { active_satellites: { from: null, to: 7 } },
        contacts: [{ email: "new@acme.example", change: "new", fields: {} }],
      },
    });
  });

  it("asks a person about an address that belongs to another organisation", () => {
    const [first, second, third] = decide(
      [
        ["Kestrel", "FR", "a@acme.example"],
        ["Pelagia", "NL", "p@pelagia.example"],
        ["Meridian", "NL", "p@pelagia.example"],
      ],
      had,
    );
    expect(first).toMatchObject({
      verdict: "review",
      codes: ["EMAIL_BELONGS_TO_OTHER_ORG"],
      match: { organisation_id: acme.id },
    });
    expect(second?.verdict).toBe("create");
    expect(third).toMatchObject({ verdict: "review", match: { row: 2, why: "email" } });
  });

  it("asks a person about names that only look the same, or differ in legal form", () => {
    const [alike, form] = decide(
      [
        ["\u0410cme", "FR", "x@lookalike.example"],
        ["Acme GmbH", "FR", "y@acme.example"],
      ],
      had,
    );
    expect(alike).toMatchObject({
      verdict: "review",
      codes: ["CONFUSABLE_NAME"],
      match: { why: "look_alike" },
    });
    expect(form).toMatchObject({
      verdict: "review",
      codes: ["CONFUSABLE_NAME"],
      match: { why: "legal_form_differs" },
    });
  });

  it("asks a person when a row without a country may mean several organisations", () => {
    const two = known([stored("Rocket Yard", "US"), stored("Rocket Yard", "NZ")]);
    expect(decide([["Rocket Yard", "", "r@rocket.example"]], two)[0]).toMatchObject({
      verdict: "review",
      match: { why: "several_countries" },
    });
  });

  it("keeps rejected rows out of the way of good ones", () => {
    const verdicts = decide([
      ["Acme", "Atlantis", "a@acme.example"],
      ["Acme", "FR", "a@acme.example"],
    ]).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["reject", "create"]);
  });
});
