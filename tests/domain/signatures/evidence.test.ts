import { describe, expect, it } from "@jest/globals";
import { readOwnDomain, ownDomainOf } from "../../../src/domain/organisations/organisation-domain.js";
import { offeredCounts } from "../../../src/domain/signatures/condition.js";
import {
  checksMet,
  checksMissing,
  evidenceOf,
  isSameMailbox,
  type EvidenceFact,
  type EvidenceFacts,
  type EvidenceKind,
} from "../../../src/domain/signatures/evidence.js";
import { mailProvider } from "../../../src/platform/mail-providers.js";

const AT = new Date("2027-03-01T09:00:00Z");
const BEFORE = new Date("2027-02-01T09:00:00Z");

function own(domain: string, confirmedAt = BEFORE, retiredAt: Date | null = null) {
  return { domain, confirmedAt, retiredAt };
}

function fact(kind: EvidenceKind, given: Partial<EvidenceFact> = {}): EvidenceFact {
  return { kind, staffId: null, place: null, ...given };
}

function facts(given: Partial<EvidenceFacts> = {}): EvidenceFacts {
  return {
    signatoryEmail: "grace@tumaini.example",
    submittedAt: AT,
    confirmedAt: AT,
    acceptedAt: null,
    domains: [own("tumaini.example")],
    rows: [fact("address_confirmed"), fact("own_domain"), fact("attested")],
    joint: false,
    invited: true,
    invitedEmail: "grace@tumaini.example",
    ...given,
  };
}

function caveats(given: Partial<EvidenceFacts>) {
  return evidenceOf(facts(given)).caveats;
}

function by(staffId: string): EvidenceFact {
  return fact("staff_check", { staffId });
}

describe("the evidence of a signature", () => {
  it("lists what its rows amount to, and what came by invitation", () => {
    expect(evidenceOf(facts())).toEqual({
      checks: ["address_confirmed", "own_domain", "attested_by_signatory", "invited_address"],
      caveats: [],
    });
  });

  it("tells the reviewer of a free or disposable address, another domain, an unknown one and the public page", () => {
    expect(caveats({ signatoryEmail: "grace@gmail.com" })).toEqual(["free_mail"]);
    expect(caveats({ signatoryEmail: "grace@mailinator.com" })).toEqual(["disposable_mail"]);
    expect(caveats({ signatoryEmail: "grace@other.example" })).toEqual(["other_domain"]);
    expect(caveats({ domains: [] })).toEqual(["domain_unknown"]);
    expect(caveats({ domains: [own("tumaini.example", new Date(AT.getTime() + 1))] })).toEqual([
      "domain_unknown",
    ]);
    expect(caveats({ invited: false, invitedEmail: null })).toEqual(["not_invited"]);
  });

  it("needs two different colleagues to be checked independently", () => {
    expect(checksMet([by("ada")], false)).toEqual([]);
    expect(checksMet([by("ada"), by("ada")], false)).toEqual([]);
    expect(checksMet([by("ada"), by("bo")], false)).toEqual(["checked_independently"]);
  });

  it("needs a file and a report by two different colleagues for a qualified electronic signature", () => {
    const file = fact("qualified_file", { staffId: "ada" });
    expect(checksMet([file], false)).toEqual([]);
    expect(checksMet([file, fact("validator_report", { staffId: "ada" })], false)).toEqual([]);
    expect(checksMet([file, fact("validator_report", { staffId: "bo" })], false)).toEqual([
      "qualified_signature",
    ]);
  });

  it("needs both officers where two sign together", () => {
    const first = fact("officer_attested", { place: 1 });
    expect(checksMet([first], false)).toEqual(["officer_attested"]);
    expect(checksMet([first], true)).toEqual([]);
    expect(checksMet([first, fact("officer_attested", { place: 2 })], true)).toEqual(["officer_attested"]);
  });

  it("says which checks that a letter asks for are missing, and invents none", () => {
    expect(checksMissing(["own_domain", "officer_attested"], ["own_domain"])).toEqual(["officer_attested"]);
    expect(checksMissing([], [])).toEqual([]);
    expect(checksMissing(["stars"], [])).toEqual([]);
  });

  it("takes an address with something behind a plus for the same mailbox", () => {
    expect(isSameMailbox("Grace@tumaini.example", "grace+officer@Tumaini.example")).toBe(true);
    expect(isSameMailbox("grace@tumaini.example", "grace.w@tumaini.example")).toBe(false);
    expect(isSameMailbox("grace@tumaini.example", "grace@tumaini.test")).toBe(false);
  });
});

describe("an organisation's own domain", () => {
  const cases: [address: string, confirmed: string, counts: boolean][] = [
    ["grace@tumaini.example", "tumaini.example", true],
    ["grace@mail.tumaini.example", "tumaini.example", true],
    ["grace@tumaini.example", "mail.tumaini.example", true],
    ["grace@nottumaini.example", "tumaini.example", false],
    ["grace@tumaini.example.attacker.example", "tumaini.example", false],
    ["grace@tumaini.co", "tumaini.com", false],
    ["g@vesta.co.uk", "vesta.co.uk", true],
    ["g@other.co.uk", "vesta.co.uk", false],
    ["g@co.uk", "co.uk", false],
    ["g@vesta.com.au", "mail.vesta.com.au", true],
    ["g@pvt.k12.ma.us", "k12.ma.us", false],
    ["g@ada.github.io", "bo.github.io", false],
    ["g@ada.github.io", "ada.github.io", true],
    ["g@ada.blogspot.com", "blogspot.com", false],
    ["g@xn--bcher-kva.example", "xn--bcher-kva.example", true],
    ["g@bücher.example", "xn--bcher-kva.example", true],
    ["g@bucher.example", "xn--bcher-kva.example", false],
    ["g@tumаini.example", "tumaini.example", false],
    ["g@TUMAINI.Example", "tumaini.example", true],
    ["g@食狮.公司.cn", "食狮.公司.cn", true],
    ["g@gmail.com", "gmail.com", false],
    ["g@mailinator.com", "mailinator.com", false],
    ["g@x.mailinator.com", "mailinator.com", false],
    ["g@[192.0.2.1]", "192.0.2.1", false],
    ["g@localhost", "localhost", false],
  ];

  it.each(cases)("%s at %s counts: %s", (address, confirmed, counts) => {
    const standing = readOwnDomain(confirmed);
    const domains = [own("domain" in standing ? standing.domain : confirmed)];
    expect(ownDomainOf(address, domains, AT) !== undefined).toBe(counts);
  });

  it("counts only if it was confirmed before the submission, and not once it is retired", () => {
    const later = new Date(AT.getTime() + 1);
    expect(ownDomainOf("g@vesta.example", [own("vesta.example", AT)], AT)).toBe("vesta.example");
    expect(ownDomainOf("g@vesta.example", [own("vesta.example", later)], AT)).toBeUndefined();
    expect(ownDomainOf("g@vesta.example", [own("vesta.example", BEFORE, BEFORE)], AT)).toBeUndefined();
  });

  it("is not taken where it is no domain, a suffix or a mail service", () => {
    expect(readOwnDomain("vesta")).toEqual({ refusal: "no_domain" });
    expect(readOwnDomain("https://vesta.example")).toEqual({ refusal: "no_domain" });
    expect(readOwnDomain("co.uk")).toEqual({ refusal: "public_suffix" });
    expect(readOwnDomain("github.io")).toEqual({ refusal: "public_suffix" });
    expect(readOwnDomain("gmail.com")).toEqual({ refusal: "mail_provider" });
    expect(readOwnDomain("@Mail.Vesta.CO.UK.")).toEqual({ domain: "vesta.co.uk" });
  });
});

describe("the lists of mail services", () => {
  it("know what the old lists knew and more, and no company", () => {
    const free = `126.com aol.com free.fr gmail.com gmx.de googlemail.com hotmail.com icloud.com laposte.net
      libero.it live.com mail.ru naver.com orange.fr outlook.com proton.me protonmail.com qq.com t-online.de tutanota.com
      web.de yahoo.co.jp yahoo.com yandex.ru posteo.de fastmail.com online.no`.split(/\s+/);
    expect(free.filter((domain) => mailProvider(domain) === undefined)).toEqual([]);
    const disposable = ["mailinator.com", "guerrillamail.com", "yopmail.com", "10minutemail.com"];
    expect(disposable.map(mailProvider)).toEqual(disposable.map(() => "disposable"));
    const companies = ["airbus.com", "esa.int", "nokia.com", "sap.com", "tumaini.example", "vesta.co.uk"];
    expect(companies.map(mailProvider)).toEqual(companies.map(() => undefined));
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
