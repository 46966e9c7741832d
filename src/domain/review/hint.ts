/**
 * Signs of fraud about an entry, as hints for the person who reviews it. No hint refuses anything by itself: offices
 * share a network, small firms use free mail, and a company dropped in silence is a company lost.
 */
import { matchNames } from "../organisations/match-names.js";
import { emailDomain } from "../../platform/email-address.js";
import { mailProvider } from "../../platform/mail-providers.js";
import { ruleFor, type ScreeningRule } from "./screening.js";

/** Every hint, the gravest first. */
export const HINTS = [
  "listed",
  "many_from_address",
  "many_from_network",
  "many_organisations",
  "look_alike_name",
  "disposable_mail",
  "young_domain",
  "free_mail",
] as const;

/** A sign that a reviewer should look twice. */
export type Hint = (typeof HINTS)[number];

/** Hints for which staff are alerted at once, and which put an entry on top of the list of hints. */
export const GRAVE: ReadonlySet<Hint> = new Set<Hint>([
  "listed",
  "many_from_address",
  "many_from_network",
  "many_organisations",
  "look_alike_name",
  "disposable_mail",
]);

/** More submissions than this from one address or network within a day are many. */
export const MANY_A_DAY = 4;

/** The facts that hints are read from. */
export interface HintFacts {
  signatoryEmail: string;
  displayName: string;
  /** Hex; null where the network was not kept. */
  networkHash: string | null;
  invited: boolean;
  /** Submissions within a day before and after, of the same letter: from the same address, from the same network. */
  fromAddress: number;
  fromNetwork: number;
  /** Organisations that the same address signs for under this letter. */
  organisations: number;
  /** When the domain of the address first stood in our data (organisations, contacts, signatures). */
  domainSeenAt: Date | null;
  letterOpenedAt: Date | null;
  /** Names of other organisations that begin alike. */
  otherNames: readonly string[];
}

/**
 * What a reviewer should look at twice. A rule that allows the address, its domain or its network overrides every
 * hint; one that holds it is a hint itself.
 */
export function hintsOf(facts: HintFacts, rules: readonly ScreeningRule[]): Hint[] {
  const rule = ruleFor({ email: facts.signatoryEmail, networkHash: facts.networkHash }, rules);
  if (rule?.verdict === "allow") return [];
  const found = new Set<Hint>();
  if (rule) found.add("listed");
  if (facts.fromAddress > MANY_A_DAY) found.add("many_from_address");
  if (facts.fromNetwork > MANY_A_DAY) found.add("many_from_network");
  if (facts.organisations > 2) found.add("many_organisations");
  if (looksLikeAnother(facts)) found.add("look_alike_name");
  const domain = emailDomain(facts.signatoryEmail);
  const provider = mailProvider(domain);
  if (provider === "disposable") found.add("disposable_mail");
  else if (provider === "free") found.add("free_mail");
  else if (!facts.invited && isYoung(facts)) found.add("young_domain");
  return HINTS.filter((hint) => found.has(hint));
}

function looksLikeAnother({ displayName, otherNames, invited }: HintFacts): boolean {
  if (invited) return false;
  return otherNames.some((name) => matchNames(displayName, name).why === "look_alike");
}

function isYoung({ domainSeenAt, letterOpenedAt }: HintFacts): boolean {
  if (!letterOpenedAt) return false;
  return domainSeenAt === null || domainSeenAt.getTime() > letterOpenedAt.getTime();
}

/** Whether staff have to be alerted. */
export function isGrave(hints: readonly Hint[]): boolean {
  return hints.some((hint) => GRAVE.has(hint));
}
