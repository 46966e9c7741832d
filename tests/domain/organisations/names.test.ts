import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { cleanName } from "../../../src/domain/organisations/clean-name.js";
import { resolveCountry } from "../../../src/domain/organisations/country.js";
import { matchNames } from "../../../src/domain/organisations/match-names.js";
import { nameKey, nameSkeleton } from "../../../src/domain/organisations/name-key.js";
import { resolveSector } from "../../../src/domain/organisations/sector.js";
import { parseWebsite, websiteDomain } from "../../../src/domain/organisations/website.js";
import { packageRoot } from "../../../src/platform/config.js";

interface Pair {
  name1: string;
  name2: string;
  is_match: string;
}

describe("the key of a name", () => {
  it.each([
    ["SES S.A.", "SES"],
    ["Türksat A.Ş.", "TURKSAT"],
    ["The Pelagia Company", "Pelagia Co."],
    ["Orbita OOO", "OOO «Орбита»".replace("Орбита", "Orbita")],
    ["Kessler & Söhne GmbH & Co. KG", "Kessler and Sohne"],
    ["Nordlys A/S", "NORDLYS AS"],
    ["Straße Sat GmbH", "Strasse Sat"],
    ["L.X.C Aviation", "LXC Aviation"],
    ["Es'hail Sat", "Es’hail Sat"],
    ["長光衛星技術股份有限公司", "長光衛星技術"],
    ["AT&T Inc.", "AT and T"],
    ["Łódź Orbital Sp. z o.o.", "Lodz Orbital"],
    ["Coca-Cola", "coca  cola"],
  ])("is the same for %s and %s", (a, b) => {
    expect(nameKey(a)).toBe(nameKey(b));
  });

  it.each([
    ["Deutsche Orbital (Schweiz) AG", "Deutsche Orbital AG"],
    ["Orbital II Ltd", "Orbital Ltd"],
    ["Canal+", "Canal"],
    ["Pelagia Trust", "Pelagia"],
    ["Global Aerospace", "Aerospace"],
    ["AS Roma Space", "Roma Space"],
  ])("differs for %s and %s", (a, b) => {
    expect(nameKey(a)).not.toBe(nameKey(b));
  });

  it("is never empty and never only a legal form gone", () => {
    expect(nameKey("Limited")).toBe("limited");
    expect(nameKey("The Company")).toBe("company");
    expect(nameKey("!!!")).toBe("!!!");
  });

  it("shows look-alikes of other scripts by the skeleton", () => {
    const cyrillic = "\u0410cme \u041erbit\u0430l";
    expect(nameKey(cyrillic)).not.toBe(nameKey("Acme Orbital"));
    expect(nameSkeleton(cyrillic)).toBe(nameSkeleton("Acme Orbital"));
    expect(nameSkeleton("0rbital")).toBe(nameSkeleton("Orbital"));
    expect(nameSkeleton("Orbita")).not.toBe(nameSkeleton("Orbital"));
  });
});

describe("comparing two names", () => {
  const pairs: Pair[] = parse(
    readFileSync(path.join(packageRoot, "tests/fixtures/org-names/org_cases.csv")),
    { columns: true },
  );

  it("never calls two entities the same, and finds most pairs worth a look", () => {
    const judged = pairs.map((pair) => ({
      pair,
      match: matchNames(pair.name1, pair.name2),
      labelled: pair.is_match === "true",
    }));
    const same = judged.filter(({ match }) => match.verdict === "same");
    expect(same.filter(({ labelled }) => !labelled)).toEqual([]);
    expect(same.length).toBeGreaterThanOrEqual(70);
    const shown = judged.filter(({ match }) => match.verdict !== "different");
    const right = shown.filter(({ labelled }) => labelled).length;
    const labelled = judged.filter((each) => each.labelled).length;
    expect(right / shown.length).toBeGreaterThan(0.87);
    expect(right / labelled).toBeGreaterThan(0.85);
  });

  it("does not depend on which name comes first", () => {
    for (const { name1, name2 } of pairs) expect(matchNames(name1, name2)).toEqual(matchNames(name2, name1));
  });

  it("says why", () => {
    expect(matchNames("Acme AG", "ACME Aktiengesellschaft")).toEqual({
      verdict: "same",
      score: 1,
      why: "same_key",
    });
    expect(matchNames("Acme AG", "Acme GmbH").why).toBe("legal_form_differs");
    expect(matchNames("Good Will Space", "Goodwill Space").why).toBe("spacing");
    expect(matchNames("\u0410cme", "Acme")).toMatchObject({ verdict: "suggest", why: "look_alike" });
    expect(matchNames("Orbital Works", "Works Orbital").why).toBe("word_order");
    expect(matchNames("Pelagia", "Kestrel").verdict).toBe("different");
  });
});

describe("a name on a page", () => {
  it("stands as it was written, in NFC and without what nobody sees", () => {
    expect(cleanName("  Tu\u0308rksat  \u00a0A.Ş. ")).toEqual({
      ok: true,
      name: "Türksat A.Ş.",
      invisibleRemoved: false,
    });
    expect(cleanName("Ac\u200bme\u202e Ltd")).toEqual({ ok: true, name: "Acme Ltd", invisibleRemoved: true });
    expect(cleanName("O'Neill & Sons <3")).toMatchObject({ ok: true });
  });

  it("stays as it is when it is cleaned again, and has a key", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string()),
        (raw) => {
          const clean = cleanName(raw);
          if (!clean.ok) return;
          expect(cleanName(clean.name)).toEqual({ ok: true, name: clean.name, invisibleRemoved: false });
          expect(nameKey(clean.name)).not.toBe("");
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("keeps joiners where a script needs them, and nowhere else", () => {
    const persian = "شرکت ماهواره\u200cای";
    expect(cleanName(persian)).toEqual({ ok: true, name: persian, invisibleRemoved: false });
    expect(cleanName("Ac\u200dme")).toMatchObject({ name: "Acme", invisibleRemoved: true });
  });

  it.each([
    ["", "MISSING_NAME"],
    ["\u200b\u200b", "MISSING_NAME"],
    ["---", "MISSING_NAME"],
    ["-Acme", "FORMULA_IN_NAME"],
    ["...", "MISSING_NAME"],
    ["=HYPERLINK(1)", "FORMULA_IN_NAME"],
    ["@SUM(A1)", "FORMULA_IN_NAME"],
    ["<b>Acme</b>", "MARKUP_IN_NAME"],
    ["Acme <img src=x onerror=alert(1)>", "MARKUP_IN_NAME"],
    ["https://acme.example", "MARKUP_IN_NAME"],
    ["Ac\u0007me", "CONTROL_CHARS"],
    ["Acme\r\nBcc: x@evil.example", "CONTROL_CHARS"],
    ["Ac\ufffdme", "INVALID_ENCODING"],
    ["A".repeat(201), "NAME_TOO_LONG"],
  ])("is refused: %j", (raw, code) => {
    expect(cleanName(raw)).toEqual({ ok: false, code });
  });
});

describe("what people write for a country, a sector, a website", () => {
  it.each([
    ["uk", "GB"],
    ["U.S.A.", "US"],
    ["United States of America (the)", "US"],
    ["South Korea", "KR"],
    ["Korea, Republic of", "KR"],
    ["Türkiye", "TR"],
    ["Turkey", "TR"],
    ["Côte d’Ivoire", "CI"],
    ["Франция", "FR"],
    ["中国", "CN"],
    ["فرنسا", "FR"],
    ["Deutschland", "DE"],
    ["840", "US"],
    ["fra", "FR"],
    ["Taiwan", "TW"],
    ["Kosovo", "XK"],
    ["Atlantis", undefined],
    ["EU", undefined],
    ["", undefined],
  ])("%j is %s", (text, iso2) => {
    expect(resolveCountry(text)).toBe(iso2);
  });

  it("is understood for sectors", () => {
    expect(resolveSector("satellite_operator")).toBe("satellite_operator");
    expect(resolveSector("Satellite operators")).toBe("satellite_operator");
    expect(resolveSector("Insurance")).toBe("insurer");
    expect(resolveSector("Bakery")).toBeUndefined();
  });

  it("is understood for websites", () => {
    expect(parseWebsite("www.acme.example")).toBe("https://www.acme.example");
    expect(parseWebsite("http://acme.example/about")).toBe("http://acme.example/about");
    const refused = [
      "acme",
      "javascript:alert(1)",
      "ftp://acme.example",
      "https://a@acme.example",
      "https://127.0.0.1/",
    ];
    expect(refused.map(parseWebsite)).toEqual(refused.map(() => undefined));
    expect(websiteDomain("https://www.acme.example/x")).toBe("acme.example");
  });
});
