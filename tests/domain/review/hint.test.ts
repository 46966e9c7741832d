import { describe, expect, it } from "@jest/globals";
import { hintsOf, isGrave, type HintFacts } from "../../../src/domain/review/hint.js";
import { domainFits, readPattern, ruleFor } from "../../../src/domain/review/screening.js";
import { networkPrefix } from "../../../src/domain/signatures/network.js";

const FACTS: HintFacts = {
  signatoryEmail: "aino@rimfrost.example",
  displayName: "Rimfrost Thermal Oy",
  networkHash: "ab",
  invited: false,
  fromAddress: 1,
  fromNetwork: 1,
  organisations: 1,
  domainSeenAt: new Date("2026-01-01T00:00:00Z"),
  letterOpenedAt: new Date("2027-01-01T00:00:00Z"),
  otherNames: [],
};

describe("the hints about an entry", () => {
  it("are none for a company that we have known for long", () => {
    expect(hintsOf(FACTS, [])).toEqual([]);
  });

  it.each([
    ["many_from_address", { fromAddress: 5 }],
    ["many_from_network", { fromNetwork: 5 }],
    ["many_organisations", { organisations: 3 }],
    ["disposable_mail", { signatoryEmail: "x@mail.yopmail.com" }],
    ["free_mail", { signatoryEmail: "x@gmail.com" }],
    ["young_domain", { domainSeenAt: new Date("2027-02-01T00:00:00Z") }],
    ["young_domain", { domainSeenAt: null }],
    ["look_alike_name", { displayName: "Rimfrost Therma1 Oy", otherNames: ["Rimfrost Thermal Oy"] }],
  ] as const)("say %s where it is so", (hint, change) => {
    expect(hintsOf({ ...FACTS, ...change }, [])).toEqual([hint]);
  });

  it("do not hold its age against a domain that we invited ourselves", () => {
    expect(hintsOf({ ...FACTS, domainSeenAt: null, invited: true }, [])).toEqual([]);
  });

  it("are all taken away by a trusted domain, and one more on the list of those to look at", () => {
    const odd = { ...FACTS, fromAddress: 9, fromNetwork: 9 };
    expect(hintsOf(odd, [{ verdict: "allow", kind: "domain", pattern: "*.example" }])).toEqual([]);
    expect(hintsOf(FACTS, [{ verdict: "hold", kind: "network", pattern: "ab" }])).toEqual(["listed"]);
  });

  it("alert staff only where they are grave", () => {
    expect(isGrave(["free_mail", "young_domain"])).toBe(false);
    expect(isGrave(["free_mail", "listed"])).toBe(true);
  });
});

describe("a line of the lists", () => {
  it.each([
    ["domain", "Example.ORG", "example.org"],
    ["domain", "@example.org", "example.org"],
    ["domain", "*.example.org", "*.example.org"],
    ["domain", "mail-*.example.org", "mail-*.example.org"],
    ["address", "Name@Example.org", "name@example.org"],
    ["network", "192.0.2.77", "192.0.2.0/24"],
    ["network", "192.0.2.0/28", "192.0.2.0/24"],
    ["network", "2001:db8:1:2ff::9", "2001:db8:1:200::/56"],
  ] as const)("takes the %s %s as %s", (kind, typed, pattern) => {
    expect(readPattern(kind, typed)).toEqual({ pattern });
  });

  it.each([
    ["domain", "*", "domain"],
    ["domain", "*.*", "domain"],
    ["domain", "example.*", "domain"],
    ["domain", "exa mple.org", "domain"],
    ["domain", "**.example.org", "domain"],
    ["domain", "-x.example.org", "domain"],
    ["address", "nobody", "address"],
    ["network", "300.0.2.1", "network"],
    ["network", "192.0.2", "network"],
    ["network", "192.0.2.0/33", "network"],
    ["network", "192.0.0.0/16", "network_width"],
    ["network", "2001:db8::/32", "network_width"],
    ["network", "2001:::1", "network"],
  ] as const)("refuses the %s %s", (kind, typed, wrong) => {
    expect(readPattern(kind, typed)).toEqual({ wrong });
  });

  it("fits whole parts of a name, never a piece of one", () => {
    expect(domainFits("mail.example.org", "*.example.org")).toBe(true);
    expect(domainFits("a.b.example.org", "*.example.org")).toBe(true);
    expect(domainFits("example.org", "*.example.org")).toBe(false);
    expect(domainFits("notexample.org", "example.org")).toBe(false);
    expect(domainFits("evil-example.org", "*.example.org")).toBe(false);
    expect(domainFits("mail-7.example.org", "mail-*.example.org")).toBe(true);
    expect(domainFits("mail.example.org", "mail-*.example.org")).toBe(false);
  });

  it("for one address goes before its domain, and the other addresses of the domain are unaffected", () => {
    const rules = [
      { verdict: "hold", kind: "address", pattern: "spam@example.org" },
      { verdict: "allow", kind: "domain", pattern: "example.org" },
    ] as const;
    expect(ruleFor({ email: "Spam@example.org", networkHash: null }, rules)?.verdict).toBe("hold");
    expect(ruleFor({ email: "ham@example.org", networkHash: null }, rules)?.verdict).toBe("allow");
    expect(ruleFor({ email: "ham@other.org", networkHash: null }, rules)).toBeUndefined();
  });
});

describe("what is kept of a network address", () => {
  it("is its first part only, the same for everybody behind it", () => {
    expect(networkPrefix("203.0.113.9")).toBe("203.0.113.0/24");
    expect(networkPrefix("::ffff:203.0.113.10")).toBe("203.0.113.0/24");
    expect(networkPrefix("2001:db8:1:2a00::1")).toBe("2001:db8:1:2a00::/56");
    expect(networkPrefix("2001:db8:1:2aff:1::")).toBe("2001:db8:1:2a00::/56");
    expect(networkPrefix("unknown")).toBeUndefined();
  });
});
