import { describe, expect, it } from "@jest/globals";
import { offeredCounts } from "../../../src/domain/signatures/condition.js";
import {
  evidenceOf,
  isFreeMail,
  isOwnDomain,
  type EvidenceFacts,
} from "../../../src/domain/signatures/evidence.js";

const AT = new Date("2027-03-01T09:00:00Z");

function facts(given: Partial<EvidenceFacts> = {}): EvidenceFacts {
  return {
    signatoryEmail: "grace@tumaini.example",
    confirmedAt: AT,
    acceptedAt: null,
    organisationDomain: "tumaini.example",
    invited: true,
    invitedEmail: "grace@tumaini.example",
    ...given,
  };
}

describe("the evidence of a signature", () => {
  it("lists what was checked, the domain only if it was known before", () => {
    expect(evidenceOf(facts()).checks).toEqual([
      "address_confirmed",
      "attested_by_signatory",
      "own_domain",
      "invited_address",
    ]);
    expect(evidenceOf(facts({ organisationDomain: null }))).toEqual({
      checks: ["address_confirmed", "attested_by_signatory", "invited_address"],
      caveats: ["domain_unknown"],
    });
  });

  it("never takes a free mail service for the organisation, not even if its domain was recorded", () => {
    const evidence = evidenceOf(
      facts({ signatoryEmail: "grace@gmail.com", organisationDomain: "gmail.com" }),
    );
    expect(evidence.checks).not.toContain("own_domain");
    expect(evidence.caveats).toContain("free_mail");
    expect(isFreeMail("A@GMail.com")).toBe(true);
  });

  it("counts nothing of an address that nobody has confirmed", () => {
    expect(evidenceOf(facts({ confirmedAt: null })).checks).toEqual(["invited_address"]);
  });

  it("tells the reviewer of another domain and of the public page", () => {
    const evidence = evidenceOf(
      facts({ signatoryEmail: "g@other.example", invited: false, invitedEmail: null }),
    );
    expect(evidence.caveats).toEqual(["other_domain", "not_invited"]);
  });

  it("takes a subdomain for its own, a lookalike not", () => {
    expect(isOwnDomain("mail.tumaini.example", "tumaini.example")).toBe(true);
    expect(isOwnDomain("nottumaini.example", "tumaini.example")).toBe(false);
  });
});

describe("the numbers a pledge form offers", () => {
  it("are 5, 10 and 25, then the next three above today's count", () => {
    expect(offeredCounts(0)).toEqual([5, 10, 25]);
    expect(offeredCounts(7)).toEqual([10, 25, 50]);
    expect(offeredCounts(47)).toEqual([50, 75, 100]);
    expect(offeredCounts(214)).toEqual([250, 300, 350]);
  });
});
