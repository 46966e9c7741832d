import { z } from "zod";
import { parseDomain } from "../../platform/email-address.js";
import { clearable, email, id, line, text, whole } from "../../platform/schema.js";
import { SECURITIES } from "./mailbox.js";

function read(pattern: (value: string) => string | undefined, message: string) {
  return z.string({ error: message }).transform((raw, issues) => {
    const value = pattern(raw.trim().toLowerCase());
    if (value !== undefined) return value;
    issues.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

const HOST =
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$|^[0-9a-f:]*:[0-9a-f:.]*$/;
const SELECTOR = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

const host = () => read((value) => (HOST.test(value) ? value : undefined), "errors.mailbox.host");
const domain = () => read(parseDomain, "errors.organisation.domain");
const selector = () => read((value) => (SELECTOR.test(value) ? value : undefined), "errors.mailbox.selector");
const port = () => whole(1, 65_535);
const security = () => z.enum(SECURITIES, { error: "errors.field.choose" });
const limit = () => whole(1, 1_000_000);

/** A password or key: an empty field keeps the one there is, null takes it away. */
function secret<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.nullable().optional());
}

const password = () => secret(z.string({ error: "errors.field.required" }).max(500, "errors.field.too_long"));

const fields = {
  from_name: clearable(line(120)),
  smtp_user: clearable(line(200)),
  smtp_password: password(),
  imap_host: clearable(host()),
  imap_port: clearable(port()),
  imap_security: clearable(security()),
  imap_user: clearable(line(200)),
  imap_password: password(),
  imap_folder: clearable(line(200)),
  dkim_domain: clearable(domain()),
  dkim_selector: clearable(selector()),
  dkim_key: secret(text(10_000)),
  bounce_domain: clearable(domain()),
  foreign_envelope: z.boolean({ error: "errors.field.choose" }).optional(),
  cap_day: clearable(limit()),
  cap_minute: clearable(limit()),
};

/** A new mailbox with an account of its own. */
export const createMailboxCommand = z.object({
  name: line(80),
  from_email: email(),
  smtp_host: host(),
  smtp_port: port(),
  smtp_security: security(),
  ...fields,
});

/** Changing a mailbox; what is left out stays, null or an empty field takes away, but an empty secret stays. */
export const changeMailboxCommand = z.object({
  name: line(80).optional(),
  from_email: email().optional(),
  smtp_host: host().optional(),
  smtp_port: port().optional(),
  smtp_security: security().optional(),
  ...fields,
  row_version: whole(1, 2_147_483_647),
});

/** Stopping a mailbox, with the reason that its page shows. */
export const pauseMailboxCommand = z.object({ reason: line(200) });

/** Which mailbox. */
export const mailboxParams = z.object({ id: id() });
