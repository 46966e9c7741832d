import { describe, expect, test } from "@jest/globals";
import { basisVerdict, checkedBefore, type KnownBasis } from "../../../src/domain/consent/lawful-basis.js";
import { DEFAULT_POLICIES, firstContact, type FirstMail } from "../../../src/domain/consent/first-contact.js";
import { countryOf } from "../../../src/domain/organisations/country.js";
import { LAWFUL_BASES } from "../../../src/domain/organisations/contact.js";

const at = (text: string): Date => new Date(`${text}T12:00:00Z`);

const known = (change: Partial<KnownBasis> = {}): KnownBasis => ({
  basis: "published_address",
  checkedAt: at("2025-03-10"),
  endedAt: null,
  ...change,
});

const mail = (change: Partial<FirstMail> = {}): FirstMail => ({
  country: "DE",
  set: undefined,
  email: "ada.park@vesta.example",
  basis: "published_address",
  isFirst: true,
  ...change,
});

describe("what lets us write", () => {
  test("holds for 24 months from the day somebody looked, to the moment", () => {
    expect(basisVerdict(known(), at("2026-01-01"))).toEqual({ kind: "expires_on", on: at("2027-03-10") });
    expect(basisVerdict(known(), new Date(at("2027-03-10").getTime() - 1)).kind).toBe("expires_on");
    expect(basisVerdict(known(), at("2027-03-10"))).toEqual({ kind: "expired", since: at("2027-03-10") });
  });

  test("is consent: holds until it is taken back", () => {
    expect(basisVerdict(known({ basis: "consent" }), at("2099-01-01"))).toEqual({ kind: "valid" });
    expect(basisVerdict(known({ basis: "consent", endedAt: at("2026-01-01") }), at("2026-01-02")).kind).toBe(
      "expired",
    );
  });

  test("ends at once when somebody finds that it does not hold, whatever its kind", () => {
    for (const basis of LAWFUL_BASES) {
      expect(basisVerdict(known({ basis, endedAt: at("2025-04-01") }), at("2025-04-01"))).toEqual({
        kind: "expired",
        since: at("2025-04-01"),
      });
    }
  });

  test("looked at on a leap day ends on the first of March two years later", () => {
    expect(basisVerdict(known({ checkedAt: at("2028-02-29") }), at("2029-01-01"))).toEqual({
      kind: "expires_on",
      on: at("2030-03-01"),
    });
  });

  test("that ends within 60 days was looked at before the day that the list asks for, whatever the month", () => {
    for (let day = 0; day < 1500; day += 1) {
      const checkedAt = new Date(at("2027-01-01").getTime() + day * 86_400_000);
      const verdict = basisVerdict(known({ checkedAt }), checkedAt);
      if (verdict.kind !== "expires_on") throw new Error("it has to end");
      const now = new Date(verdict.on.getTime() - 60 * 86_400_000);
      expect(checkedAt < checkedBefore(now, 60)).toBe(true);
    }
  });
});

describe("the first mail to somebody", () => {
  test("follows the country: a person in Germany not at all, a role address there one by one, in Canada freely", () => {
    expect(firstContact(mail())).toBe("forbidden");
    expect(firstContact(mail({ email: "info@vesta.example" }))).toBe("approve_each");
    expect(firstContact(mail({ country: "CA" }))).toBe("allowed");
  });

  test("is free where the person agreed or knows us, and where it is not the first", () => {
    expect(firstContact(mail({ basis: "consent" }))).toBe("allowed");
    expect(firstContact(mail({ basis: "existing_relationship" }))).toBe("allowed");
    expect(firstContact(mail({ isFirst: false }))).toBe("allowed");
  });

  test("follows what staff set before what came with the program, and allows where nothing is said", () => {
    expect(firstContact(mail({ set: { role: "allowed", person: "approve_each" } }))).toBe("approve_each");
    expect(firstContact(mail({ country: "FJ" }))).toBe("allowed");
    expect(firstContact(mail({ country: null }))).toBe("allowed");
    expect(firstContact(mail({ country: null, set: { role: "forbidden", person: "forbidden" } }))).toBe(
      "forbidden",
    );
  });

  test("has a rule with its reason and its law for each country in the list", () => {
    expect(DEFAULT_POLICIES.size).toBeGreaterThan(20);
    for (const policy of DEFAULT_POLICIES.values()) {
      expect([policy.country, policy.why.length > 20, policy.source.length > 5]).toEqual([
        policy.country,
        true,
        true,
      ]);
      if (policy.country !== "ZZ") expect(countryOf(policy.country)?.iso2).toBe(policy.country);
    }
  });
});
