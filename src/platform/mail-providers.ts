/**
 * Mail services where anybody can have an address. Such an address says nothing about an organisation, so it is never
 * taken for proof of one. The lists come from two packages (docs/decisions/0018); what they lack stands here.
 */
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/** Providers that the packages lack, found by checking them against the ones our contacts use. */
const ALSO_FREE =
  `tutanota.com tuta.io tuta.com fastmail.com duck.com gmx.ch posteo.de zohomail.com sohu.com 139.com bbox.fr
  ziggo.nl xs4all.nl hispeed.ch telia.com online.no hotmail.co.uk live.co.uk freemail.example`.split(/\s+/);

interface Lists {
  free: ReadonlySet<string>;
  disposable: ReadonlySet<string>;
}

let lists: Lists | undefined;

/** Both lists, read when they are first asked for: 9,000 and 8,000 names. */
function known(): Lists {
  if (lists) return lists;
  const free = load("email-providers/all.json") as string[];
  const { disposableEmailBlocklist } = load("disposable-email-domains-js") as {
    disposableEmailBlocklist: () => string[];
  };
  lists = { free: new Set([...free, ...ALSO_FREE]), disposable: new Set(disposableEmailBlocklist()) };
  return lists;
}

/** What kind of service a mail domain belongs to, if anybody can have an address there. */
export type ProviderKind = "free" | "disposable";

/**
 * Whether a mail domain (lower case, ASCII) is one where anybody can have an address, or lies below one:
 * `gmail.com` → free, `x.mailinator.com` → disposable. What is on both lists is disposable.
 */
export function mailProvider(domain: string): ProviderKind | undefined {
  const { free, disposable } = known();
  const names = withParents(domain);
  if (names.some((name) => disposable.has(name))) return "disposable";
  return names.some((name) => free.has(name)) ? "free" : undefined;
}

/** A name and those above it, down to two labels: `a.b.example` → `a.b.example`, `b.example`. */
function withParents(domain: string): string[] {
  const labels = domain.split(".");
  return labels.slice(0, -1).map((_label, at) => labels.slice(at).join("."));
}
