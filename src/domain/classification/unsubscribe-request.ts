import type { Evidence } from "./classification.js";
import type { IncomingMail } from "./incoming-mail.js";
/** placeholder */
export function readUnsubscribeRequest(_mail: IncomingMail): Evidence | undefined {
  return undefined;
}
