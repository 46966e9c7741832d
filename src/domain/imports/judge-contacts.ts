import { parseEmail } from "../../platform/email-address.js";
import { resolveLawfulBasis } from "../organisations/contact.js";
import type { Field } from "./header-mapping.js";
import { optional, shortText, type RowReader } from "./row-reader.js";
import type { RowContact } from "./row.js";

/** One address as found in a cell, with the name that stood before it. */
interface Found {
  email: string;
  name?: string;
}

const SEPARATORS = / ?(?::::|[;,|\n]| \/ | (?=[^ <]+@)) ?/u;
const NAMED = /^"?([^"<>@]*?)"?\s*<([^<>\s]+)>$/u;
const PHONE = /^\+?[\d\s().\-/ext#*]{5,40}$/iu;
/** Where an address turns up that stands in the wrong column. */
const MISPLACES: readonly Field[] = [
  "organisation",
  "contact_name",
  "title",
  "phone",
  "website",
  "domain",
  "first_name",
  "last_name",
];

/** The contacts of a row: one for each address, or one without an address when only a person is named. */
export function readContacts(reader: RowReader): RowContact[] {
  const found = reader.emails.flatMap((cell) => readAddresses(reader, cell));
  if (reader.emails.length === 0) found.push(...misplaced(reader));
  const unique = found.filter((each, at) => found.findIndex(({ email }) => email === each.email) === at);
  if (unique.length > 1) reader.codes.add("MULTIPLE_EMAILS");
  const name = personName(reader);
  const details = readDetails(reader);
  if (unique.length > 0)
    return unique.map((each, at) => ({
      ...optional("name", each.name ?? name),
      ...optional("email", each.email),
      ...(at === 0 ? details : withoutPersonal(details)),
    }));
  return name === undefined ? [] : [{ name, ...details }];
}

function readAddresses(reader: RowReader, cell: string): Found[] {
  const text = cell.replaceAll(/\s+/gu, (gap) => (/[\n\r]/.test(gap) ? "\n" : " "));
  const whole = readAddress(text);
  const found = whole
    ? [whole]
    : text
        .split(SEPARATORS)
        .filter((part) => part !== "")
        .map(readAddress);
  if (found.some((each) => each === undefined)) reader.codes.add("INVALID_EMAIL");
  const good = found.filter((each) => each !== undefined);
  if (good.some(({ email }) => !cell.includes(email))) reader.codes.add("EMAIL_NORMALIZED");
  return good;
}

function readAddress(text: string): Found | undefined {
  const plain = text.replace(/^mailto:/i, "");
  const email = parseEmail(plain);
  if (email !== undefined) return { email };
  const named = NAMED.exec(plain);
  const address = named ? parseEmail(named[2] ?? "") : undefined;
  return address === undefined
    ? undefined
    : { email: address, ...optional("name", named?.[1]?.trim() || undefined) };
}

/** An address that stands in another column, when the columns for addresses are empty. */
function misplaced(reader: RowReader): Found[] {
  for (const field of MISPLACES) {
    const email = parseEmail(reader.values[field] ?? "");
    if (email === undefined) continue;
    reader.drop(field);
    reader.codes.add("MISPLACED_EMAIL");
    return [{ email }];
  }
  return [];
}

function personName(reader: RowReader): string | undefined {
  const full = shortText(reader, "contact_name");
  const parts = [shortText(reader, "first_name"), shortText(reader, "last_name")].filter(Boolean).join(" ");
  const name = parts || full;
  return name ? Array.from(name).slice(0, 200).join("") : undefined;
}

function readDetails(reader: RowReader): Omit<RowContact, "name" | "email"> {
  return {
    ...optional("title", shortText(reader, "title")),
    ...optional("phone", readPhone(reader)),
    ...optional("language", readLanguage(reader.values.language)),
    ...optional("notes", reader.values.notes),
    ...optional("source", shortText(reader, "source")),
    ...optional("lawful_basis", resolveLawfulBasis(reader.values.lawful_basis ?? "")),
    ...(isOptedOut(reader.values.opted_out_at) ? { opted_out: true } : {}),
  };
}

/** A second address of one row shares where it comes from, not the person's phone and notes. */
function withoutPersonal({ phone: _phone, notes: _notes, ...rest }: Omit<RowContact, "name" | "email">) {
  return rest;
}

function readPhone(reader: RowReader): string | undefined {
  const text = reader.values.phone;
  if (text === undefined) return undefined;
  const digits = text.replaceAll(/\D/g, "").length;
  if (PHONE.test(text) && digits >= 5 && digits <= 20) return text;
  reader.codes.add("INVALID_PHONE");
  return undefined;
}

function readLanguage(text: string | undefined): string | undefined {
  const tag = text?.trim().replace("_", "-");
  return tag && /^[a-z]{2,3}(-[A-Z]{2})?$/.test(tag) ? tag : undefined;
}

function isOptedOut(text: string | undefined): boolean {
  return text !== undefined && !/^(false|no|0|n)$/i.test(text);
}
