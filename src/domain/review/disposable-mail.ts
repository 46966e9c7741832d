/** Services that give out an address for a few minutes: it says nothing about anybody. */
const DISPOSABLE: ReadonlySet<string> = new Set(
  `10minutemail.com 20minutemail.com 33mail.com anonaddy.me burnermail.io discard.email dispostable.com
  emailondeck.com fakeinbox.com getairmail.com getnada.com grr.la guerrillamail.com guerrillamail.net
  guerrillamailblock.com inboxkitten.com maildrop.cc mailcatch.com mailinator.com mailinator.net mailnesia.com
  mailsac.com mintemail.com moakt.com mohmal.com mytemp.email sharklasers.com spam4.me spamgourmet.com temp-mail.io
  temp-mail.org tempail.com tempmail.dev tempmailo.com throwawaymail.com trash-mail.com trashmail.com trashmail.de
  tmail.ws yopmail.com yopmail.fr yopmail.net disposable.example`
    .split(/\s+/)
    .filter(Boolean),
);

/** Whether a domain, or one above it, gives out addresses that vanish. */
export function isDisposableMail(domain: string): boolean {
  const labels = domain.toLowerCase().split(".");
  return labels.some((_label, at) => DISPOSABLE.has(labels.slice(at).join(".")));
}
