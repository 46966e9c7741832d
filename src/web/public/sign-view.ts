import type { App } from "../../app.js";
import type { LetterToAnswer } from "../../domain/invitations/letter-service.js";
import { APPEARANCES, type SignatureInput } from "../../domain/signatures/commands.js";
import { MEANING_VERSION, meaningIn } from "../../domain/signatures/meaning.js";
import { CONDITION_CLASSES, offeredCounts } from "../../domain/signatures/condition.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import { countryName, formatDate } from "../../platform/i18n.js";
import { letterClauses } from "../../platform/markdown.js";

/** A choice of a form. */
interface Option {
  value: string;
  label: string;
  hint?: string;
}

/**
 * The choices of the signing form; `today` is how many have signed in public so far, `ten` whether we know the ten
 * largest operators.
 */
export function formView(app: App, lang: string, today: number, ten: boolean, bodyMd: string) {
  const say = (key: string) => app.messages.t(lang, key);
  const options = (values: readonly string[], key: string, hints = false): Option[] =>
    values.map((value) => ({
      value,
      label: say(`${key}.${value}`),
      ...(hints ? { hint: say(`${key}_hint.${value}`) } : {}),
    }));
  return {
    sectors: options(SECTORS, "sector"),
    scopes: [
      { value: "entity", label: say("signatures.scope.entity") },
      { value: "group", label: say("signatures.scope.group"), hint: say("signatures.scope_hint.group") },
    ],
    appearances: options(APPEARANCES, "signatures.appearance", true),
    counts: offeredCounts(today).map((count) => ({ value: String(count), label: String(count) })),
    ...meaningView(lang),
    classes: options(
      CONDITION_CLASSES.filter((each) => ten || each !== "ten_largest"),
      "signatures.class",
    ),
    clauses: clauseOptions(app, lang, bodyMd),
  };
}

/** The clauses of a text as choices, each with how it begins. */
export function clauseOptions(app: App, lang: string, bodyMd: string): Option[] {
  return letterClauses(bodyMd).map(({ number, text }) => ({
    value: String(number),
    label: app.messages.t(lang, "statements.clause_option", { clause: number, begins: begins(text) }),
  }));
}

function begins(text: string): string {
  const words = text.replaceAll(/\s+/g, " ");
  return words.length > 60 ? `${words.slice(0, 60).replace(/\s\S*$/, "")} …` : words;
}

/** A line of the page that shows all answers. */
interface AnswerRow {
  name: string;
  label: string;
  value: string;
}

/** What was answered, line by line, and the hidden fields that carry it to the last step. */
export function answersView(app: App, lang: string, command: SignatureInput, letter: LetterToAnswer) {
  const say = (key: string, args = {}) => app.messages.t(lang, key, args);
  const shown: Record<string, string> = {
    display_name: command.display_name,
    country: countryName(lang, command.country),
    sector: say(`sector.${command.sector}`),
    scope: say(`signatures.scope.${command.scope}`),
    signatory_name: command.signatory_name,
    signatory_title: command.signatory_title,
    signatory_email: command.signatory_email,
    ...authorityAnswers(app, lang, command),
    contact_name: command.contact_name ?? "",
    contact_email: command.contact_email ?? "",
    appearance: say(`signatures.appearance.${command.appearance}`),
    condition_count: conditionWords(app, lang, command, letter),
    quote: command.quote ?? "",
    reservation: command.reservation
      ? say("statements.reservation_line", {
          clause: command.reservation_clause ?? 0,
          text: command.reservation,
        })
      : "",
    help_offered: command.help_offered ?? "",
  };
  const rows: AnswerRow[] = Object.entries(shown)
    .filter(
      ([name, value]) =>
        value !== "" ||
        !["condition_count", "contact_name", "reservation", "filled_by", "joint"].includes(name),
    )
    .map(([name, value]) => ({
      name,
      label: say(AUTHORITY_LABELS[name] ?? `signatures.field.${name}`),
      value: value === "" ? say("signatures.check.nothing") : value,
    }));
  const hidden = Object.entries(command)
    .filter(([name, value]) => name !== "language" && value !== undefined && value !== false)
    .map(([name, value]) => ({ name, value: value === true ? "on" : String(value) }));
  return {
    rows,
    hidden,
    command,
    published: publishedLines(app, lang, command),
    filledByOther: command.filled_by === "other",
    pledge: command.appearance === "pledge",
    ...meaningView(lang),
  };
}

/** What signing means, in the words that are pinned with the signature. */
export function meaningView(lang: string) {
  return { meaning: meaningIn(lang), meaningVersion: MEANING_VERSION };
}

const AUTHORITY_LABELS: Record<string, string> = {
  filled_by: "authority.check.filled_by",
  joint: "authority.check.second",
};

/** Who filled in the form, and the second officer, as the page of all answers shows them; empty where there is none. */
function authorityAnswers(app: App, lang: string, command: SignatureInput): Record<string, string> {
  return {
    filled_by:
      command.filled_by === "other"
        ? `${command.submitter_name ?? ""}, ${command.submitter_email ?? ""}`
        : app.messages.t(lang, "authority.check.filled_by_self"),
    joint: command.joint
      ? [command.second_name, command.second_title, command.second_email].filter(Boolean).join(", ")
      : "",
  };
}

/** A pledge in one sentence; empty for anything else. */
export function conditionWords(
  app: App,
  lang: string,
  command: Pick<SignatureInput, "appearance" | "condition_count" | "condition_class" | "condition_deadline">,
  letter: Pick<LetterToAnswer, "closesAt">,
): string {
  if (command.appearance !== "pledge") return "";
  const until = command.condition_deadline ?? letter.closesAt?.toISOString();
  return app.messages.t(lang, `signatures.condition.${command.condition_class ?? "any"}`, {
    count: command.condition_count ?? 0,
    until: until ? formatDate(lang, until) : "none",
  });
}

function publishedLines(app: App, lang: string, command: SignatureInput): string[] {
  if (command.appearance === "confidential") return [];
  const sector = app.messages.t(lang, `sector.${command.sector}`);
  return [
    `${command.signatory_name}, ${command.signatory_title}`,
    `${countryName(lang, command.country)} · ${sector}`,
    ...(command.quote ? [`“${command.quote}”`] : []),
    ...(command.reservation
      ? [
          app.messages.t(lang, "statements.reservation_line", {
            clause: command.reservation_clause ?? 0,
            text: command.reservation,
          }),
        ]
      : []),
  ];
}
