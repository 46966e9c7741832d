/** Lists that staff keep: whom to trust, and whom to look at. The same screens are shown to everybody; a list only tells the reviewer. */
import { parseEmail } from "../../platform/email-address.js";
import { networkPrefix } from "../signatures/network.js";

/** What a rule names. */
export const SCREENING_KINDS = ["domain", "address", "network"] as const;
/** What a rule does: `allow` takes every hint away, `hold` is one. */
export const SCREENING_VERDICTS = ["allow", "hold"] as const;

/** A kind of rule. */
export type ScreeningKind = (typeof SCREENING_KINDS)[number];

/** A line of the lists. */
export interface ScreeningRule {
  verdict: (typeof SCREENING_VERDICTS)[number];
  kind: ScreeningKind;
  /** In the spelling of `readPattern`; of a network the hash of its prefix, in hex, where it is compared. */
  pattern: string;
}

/** A pattern in the spelling that is kept, or what is wrong with it. */
export type ReadPattern = { pattern: string } | { wrong: "domain" | "address" | "network" | "network_width" };

/** Checks and normalises what staff typed. */
export function readPattern(kind: ScreeningKind, typed: string): ReadPattern {
  const text = typed.trim();
  if (kind === "domain") return readDomain(text);
  if (kind === "network") return readNetwork(text);
  const address = parseEmail(text);
  return address === undefined ? { wrong: "address" } : { pattern: address.toLowerCase() };
}

const LABEL = /^(?!-)[a-z0-9*-]{1,63}(?<!-)$/u;

/** A domain, in which `*` stands for any letters of one part; `*.example.org` is all below. The end must be named. */
function readDomain(typed: string): ReadPattern {
  const text = typed.toLowerCase().replace(/^@/, "");
  const labels = text.split(".");
  const ending = labels.slice(-2);
  const right =
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label) && !label.includes("**")) &&
    ending.every((label) => !/^\*+$/.test(label)) &&
    !(labels.at(-1) ?? "").includes("*");
  return right ? { pattern: text } : { wrong: "domain" };
}

/** A network address with or without its width, as the prefix that is kept: `192.0.2.0/24`, `2001:db8:1:200::/56`. */
function readNetwork(typed: string): ReadPattern {
  const [address = "", width] = typed.split("/");
  const prefix = networkPrefix(address);
  if (!prefix || typed.split("/").length > 2) return { wrong: "network" };
  if (width === undefined) return { pattern: prefix };
  const [least, most] = prefix.includes(":") ? [56, 128] : [24, 32];
  if (!/^\d{1,3}$/.test(width) || Number(width) > most) return { wrong: "network" };
  return Number(width) < least ? { wrong: "network_width" } : { pattern: prefix };
}

/** Whether a domain fits a pattern. */
export function domainFits(domain: string, pattern: string): boolean {
  const [labels, wanted] = [domain.toLowerCase().split("."), pattern.split(".")];
  const below = wanted[0] === "*";
  if (below ? labels.length < wanted.length : labels.length !== wanted.length) return false;
  const rest = below ? wanted.slice(1) : wanted;
  return rest.every((part, at) => labelFits(labels[labels.length - rest.length + at] ?? "", part));
}

function labelFits(label: string, part: string): boolean {
  const pieces = part.split("*");
  if (pieces.length === 1) return label === part;
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  if (!label.startsWith(first) || label.length < first.length + last.length || !label.endsWith(last))
    return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = label.indexOf(piece, at);
    if (found < 0 || found + piece.length > label.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}

/** The rule that holds for an entry: an exact address before a domain before a network, and trust before doubt. */
export function ruleFor(
  entry: { email: string; networkHash: string | null },
  rules: readonly ScreeningRule[],
): ScreeningRule | undefined {
  const email = entry.email.toLowerCase();
  const domain = email.slice(email.lastIndexOf("@") + 1);
  const fits = (rule: ScreeningRule): boolean =>
    rule.kind === "address"
      ? rule.pattern === email
      : rule.kind === "domain"
        ? domainFits(domain, rule.pattern)
        : entry.networkHash !== null && rule.pattern === entry.networkHash;
  const order: readonly ScreeningKind[] = ["address", "domain", "network"];
  for (const kind of order) {
    const fitting = rules.filter((rule) => rule.kind === kind && fits(rule));
    if (fitting.length > 0) return fitting.find(({ verdict }) => verdict === "allow") ?? fitting[0];
  }
  return undefined;
}
