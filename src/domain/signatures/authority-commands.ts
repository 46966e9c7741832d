import { z } from "zod";
import { alongside, email, line, optional, ticked } from "../../platform/schema.js";
import { withoutInvisible } from "../organisations/clean-name.js";
import { isSameMailbox } from "./evidence.js";

/** A person's name or title: seen as it is, without an address of a page in it. */
export function plainName(max: number) {
  return line(max)
    .transform((value) => withoutInvisible(value).normalize("NFC"))
    .refine((value) => value.trim() !== "", "errors.field.required")
    .refine((value) => !value.includes("://"), "errors.signatures.name_link");
}

/** Handing the question on to another officer. */
export const delegateCommand = z.object({ name: plainName(120), title: plainName(120), email: email() });

/** Another officer, checked. */
export type DelegateInput = z.output<typeof delegateCommand>;

/** Who fills in the signing form: the officer who signs, or somebody for them. */
export const FILLED_BY = ["officer", "other"] as const;

/** What a signing form says of who fills it in and who signs with whom. */
export const authorityFields = {
  filled_by: z.enum(FILLED_BY, { error: "errors.signatures.filled_by" }).default("officer"),
  submitter_name: optional(plainName(120)),
  submitter_email: optional(email()),
  joint: ticked().default(false),
  second_name: optional(plainName(120)),
  second_title: optional(plainName(120)),
  second_email: optional(email()),
};

interface Said {
  signatory_email: string;
  filled_by: (typeof FILLED_BY)[number];
  submitter_name?: string | undefined;
  submitter_email?: string | undefined;
  joint: boolean;
  second_name?: string | undefined;
  second_title?: string | undefined;
  second_email?: string | undefined;
}

const differ = (one: unknown, other: unknown): boolean =>
  typeof one !== "string" || typeof other !== "string" || !isSameMailbox(one, other);

/** What has to fit together; each with the field that its sentence stands at. */
const AUTHORITY_RULES: readonly {
  holds: (said: Said) => boolean;
  options: ReturnType<typeof alongside>;
}[] = [
  {
    holds: (said) => said.filled_by !== "other" || Boolean(said.submitter_name),
    options: alongside("submitter_name", "errors.signatures.submitter_name"),
  },
  {
    holds: (said) => said.filled_by !== "other" || Boolean(said.submitter_email),
    options: alongside("submitter_email", "errors.signatures.submitter_email"),
  },
  {
    holds: (said) => said.filled_by !== "other" || differ(said.submitter_email, said.signatory_email),
    options: alongside("submitter_email", "errors.signatures.submitter_is_officer"),
  },
  {
    holds: (said) => !said.joint || Boolean(said.second_name),
    options: alongside("second_name", "errors.signatures.second_name"),
  },
  {
    holds: (said) => !said.joint || Boolean(said.second_title),
    options: alongside("second_title", "errors.signatures.second_title"),
  },
  {
    holds: (said) => !said.joint || Boolean(said.second_email),
    options: alongside("second_email", "errors.signatures.second_email"),
  },
  {
    holds: (said) => !said.joint || differ(said.second_email, said.signatory_email),
    options: alongside("second_email", "errors.signatures.second_is_first"),
  },
  {
    holds: (said) =>
      !said.joint || said.filled_by !== "other" || differ(said.second_email, said.submitter_email),
    options: alongside("second_email", "errors.signatures.second_is_submitter"),
  },
];

/** A signing form that is also checked against all of these rules; it comes back with all its sentences at once. */
export function withAuthorityRules<S extends z.ZodType<Said>>(schema: S): S {
  return AUTHORITY_RULES.reduce<S>((sofar, { holds, options }) => sofar.refine(holds, options), schema);
}
