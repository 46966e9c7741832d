/** What a column may hold for us. */
export const FIELDS = [
  "organisation",
  "legal_name",
  "country",
  "sector",
  "website",
  "domain",
  "active_satellites",
  "metrics_as_of",
  "external_id",
  "contact_name",
  "first_name",
  "last_name",
  "title",
  "email",
  "phone",
  "language",
  "notes",
  "source",
  "lawful_basis",
  "opted_out_at",
] as const;

/** One of the things a column may hold. */
export type Field = (typeof FIELDS)[number];

/** Which columns (from 0) hold each field, best first; a field without columns is left out. */
export type ColumnMapping = Partial<Record<Field, number[]>>;

/** The header as understood, or why the file cannot be used. */
export type HeaderVerdict =
  | { ok: true; mapping: ColumnMapping }
  | { ok: false; problem: "NO_NAME_COLUMN"; columns: string[] }
  | { ok: false; problem: "DUPLICATE_COLUMN"; column: string };

/**
 * Names of columns, folded, best first: our own lists, then those of Google, Outlook, Thunderbird, HubSpot,
 * Salesforce, Mailchimp, LinkedIn and systeme.io, then what people write.
 */
const NAMES: Record<Exclude<Field, "email">, string[]> = {
  organisation: [
    "organisation",
    "organisation name",
    "organization name",
    "organization 1 name",
    "company name",
    "associated company",
    "account name",
    "company",
    "organization",
    "org",
    "org name",
    "employer",
    "firm",
    "entity",
    "entity name",
    "institution",
    "entreprise",
    "societe",
    "organisme",
    "nom de l organisation",
    "unternehmen",
    "firma",
    "empresa",
    "organizacion",
    "organisatie",
    "организация",
    "компания",
    "المنظمة",
    "الشركة",
    "公司",
    "组织",
  ],
  legal_name: [
    "legal name",
    "legal name unverified",
    "registered name",
    "legal entity name",
    "raison sociale",
    "denomination sociale",
  ],
  country: [
    "country iso2",
    "country code",
    "iso2",
    "country",
    "country region",
    "business country",
    "work country",
    "company country",
    "mailing country",
    "billing country",
    "address 1 country",
    "country iso3",
    "iso3",
    "hq country",
    "headquarters country",
    "country name",
    "cc",
    "pays",
    "land",
    "pais",
    "страна",
    "البلد",
    "国家",
    "home country",
  ],
  sector: [
    "sector",
    "sector code",
    "industry",
    "industry sector",
    "segment",
    "secteur",
    "branche",
    "category",
  ],
  website: [
    "website",
    "website url",
    "company website",
    "web page",
    "web page 1",
    "website 1 value",
    "homepage",
    "web",
    "site web",
    "site internet",
    "url of website",
  ],
  domain: ["website domain", "domain", "company domain name", "company domain", "email domain", "domaine"],
  active_satellites: [
    "active satellites",
    "satellites",
    "number of satellites",
    "satellites active",
    "fleet size",
    "satellites actifs",
  ],
  metrics_as_of: ["satellites as of", "metrics as of", "as of"],
  external_id: ["org id", "organisation id", "organization id", "external id", "account id", "company id"],
  contact_name: [
    "contact name",
    "contact person",
    "full name",
    "contact",
    "display name",
    "name",
    "nom complet",
    "ansprechpartner",
  ],
  first_name: ["first name", "firstname", "given name", "contact first name", "prenom", "vorname", "nombre"],
  last_name: [
    "last name",
    "lastname",
    "surname",
    "family name",
    "contact last name",
    "nom de famille",
    "nachname",
    "apellidos",
  ],
  title: [
    "job title",
    "contact role",
    "contact title",
    "organization title",
    "organization 1 title",
    "position",
    "role",
    "function",
    "occupation",
    "fonction",
    "poste",
    "title",
  ],
  phone: [
    "phone",
    "phone number",
    "telephone",
    "business phone",
    "work phone",
    "phone 1 value",
    "primary phone",
    "contact phone",
    "company main phone",
    "mobile phone",
    "mobile number",
    "mobile",
    "home phone",
    "tel",
    "telefon",
  ],
  language: ["language", "contact language", "langue", "sprache"],
  notes: ["notes", "note", "comments", "comment", "remarks", "remarques"],
  source: ["source", "lead source", "contact source"],
  lawful_basis: ["lawful basis", "legal basis", "base legale"],
  opted_out_at: [
    "unsub time",
    "opt out",
    "opted out",
    "unsubscribed",
    "unsubscribed at",
    "unsubscribe time",
    "email opt out",
    "do not contact",
  ],
};

const EMAIL =
  /^((primary|secondary|work|business|contact|company|personal|other) )?(e ?mail|courriel|correo|mail)( ?\d{1,2})?( (address|addresses|value|adresse))?$/;
const EMAIL_OTHER = new Set([
  "adresse e mail",
  "adresse electronique",
  "e mail adresse",
  "эл почта",
  "البريد الالكتروني",
  "邮箱",
  "电子邮件",
]);

const byName = new Map<string, { field: Field; rank: number }>();
for (const field of Object.keys(NAMES) as (keyof typeof NAMES)[]) {
  for (const [rank, name] of NAMES[field].entries()) byName.set(name, { field, rank });
}

/** A column name folded: "FirstName", "first_name" and "First Name" are one. */
export function foldHeader(cell: string): string {
  return cell
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function fieldOf(folded: string): { field: Field; rank: number } | undefined {
  if (EMAIL.test(folded) || EMAIL_OTHER.has(folded)) return { field: "email", rank: 0 };
  return byName.get(folded);
}

/** How many cells of a row are names of columns we know; finds the header below titles. */
export function headerScore(cells: readonly string[]): number {
  return cells.filter((cell) => fieldOf(foldHeader(cell)) !== undefined).length;
}

/** Maps the columns of a header to what they hold, by their names in any order. */
export function mapHeader(header: readonly string[]): HeaderVerdict {
  const folded = header.map(foldHeader);
  const repeated = header.findIndex(
    (cell, at) => cell.trim() !== "" && folded.indexOf(folded[at] ?? "") < at,
  );
  if (repeated >= 0)
    return { ok: false, problem: "DUPLICATE_COLUMN", column: header[repeated]?.trim() ?? "" };
  const found = new Map<Field, { column: number; rank: number }[]>();
  for (const [column, name] of folded.entries()) {
    const known = fieldOf(name);
    if (known) found.set(known.field, [...(found.get(known.field) ?? []), { column, rank: known.rank }]);
  }
  const mapping: ColumnMapping = {};
  for (const [field, columns] of found) {
    mapping[field] = columns
      .sort((a, b) => a.rank - b.rank || a.column - b.column)
      .map(({ column }) => column);
  }
  useNameColumn(mapping, folded);
  if (mapping.organisation) return { ok: true, mapping };
  return {
    ok: false,
    problem: "NO_NAME_COLUMN",
    columns: header.map((cell) => cell.trim()).filter((cell) => cell !== ""),
  };
}

/** A column "Name" names the organisation where no other column does and no people are named. */
function useNameColumn(mapping: ColumnMapping, folded: readonly string[]): void {
  const name = ["name", "nom"].map((each) => folded.indexOf(each)).find((column) => column >= 0);
  if (mapping.organisation || mapping.first_name || mapping.last_name || name === undefined) return;
  mapping.organisation = [name];
  const others = mapping.contact_name?.filter((column) => column !== name) ?? [];
  if (others.length > 0) mapping.contact_name = others;
  else delete mapping.contact_name;
}
