import type { ReplyRule } from "./reply-rule.js";

/** Codes that big receivers put into their replies; they say more than the words around them. */
export const VENDOR_REPLIES: readonly ReplyRule[] = [
  // Google, https://support.google.com/a/answer/3726730
  {
    reason: "badreputation",
    source: "Google",
    pattern:
      /very low reputation of the sending (?:domain|ip)|low reputation of the (?:sending )?(?:domain|ip)/,
  },
  {
    reason: "userunknown",
    source: "Google",
    pattern: /[?&]p=(?:nosuchuser|baddomain)\b|answer\/6596\b|answer=6596\b/,
  },
  { reason: "suspend", source: "Google", pattern: /[?&]p=disableduser\b/ },
  {
    reason: "mailboxfull",
    source: "Google",
    pattern: /[?&]p=overquota(?:perm|temp)?\b|answer\/6558\b|answer=6558\b/,
  },
  {
    reason: "authfailure",
    source: "Google",
    pattern: /[?&]p=(?:dmarcrejection|unauthenticated\w*|unauthorizedemail)\b/,
  },
  {
    reason: "notcompliantrfc",
    source: "Google",
    pattern: /[?&]p=rfcmessagenoncompliant\b|not rfc \d+ compliant/,
  },
  {
    reason: "rejected",
    source: "Google",
    pattern: /[?&]p=(?:customfromdenied|badsenderdomain\w*|notauthorizederror)\b/,
  },
  {
    reason: "securityerror",
    source: "Google",
    pattern: /[?&]p=(?:blockedmessage|tlsrequired)\b|answer\/6590\b|answer=6590\b/,
  },
  {
    reason: "speeding",
    source: "Google",
    pattern: /[?&]p=(?:receivingrate\w*|mailratelimit)\b|answer\/6592\b|answer=6592\b/,
  },
  {
    reason: "spamdetected",
    source: "Google",
    pattern: /likely (?:unsolicited mail|suspicious due to)|gmail has detected that this message is likely/,
  },
  { reason: "blocked", source: "Google", pattern: /unusual rate of (?:unsolicited|mail)/ },

  // Microsoft, https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
  {
    reason: "blocked",
    source: "Microsoft",
    pattern: /\(s(?:3140|3150|3114|775|844)\)|part of their network is on our block list|banned sending ip/,
  },
  {
    reason: "badreputation",
    source: "Microsoft",
    pattern: /\(s77[0-9]{2,3}\)|\bas(?:780|77714|77719)\b|temporarily rate limited due to ip reputation/,
  },
  { reason: "toomanyconn", source: "Outlook.com", pattern: /\brp-00[1-3]\b/ },
  {
    reason: "spamdetected",
    source: "Outlook.com",
    pattern: /\b(?:sc-001|ou-002)\b|the recipient's organization has (?:blocked|flagged)/,
  },
  { reason: "blocked", source: "Outlook.com", pattern: /\b(?:sc-00[2-4]|dy-00[12]|ou-001|bl-00\d)\b/ },
  {
    reason: "norelaying",
    source: "Microsoft",
    pattern: /tenantattribution; relay access denied|smtp relay denied/,
  },
  {
    reason: "securityerror",
    source: "Microsoft",
    pattern:
      /resolver\.rst\.(?:authrequired|senderunauthorized|dlneedsallowed|restrictednotallowed)|client was not authenticated/,
  },
  { reason: "exceedlimit", source: "Microsoft", pattern: /resolver\.rst\.(?:recipsizelimit|sendsizelimit)/ },
  {
    reason: "contenterror",
    source: "Microsoft",
    pattern: /storedrv\.\w+; (?:message content|property)|contentconversion|resolver\.rst\.contentrestrict/,
  },
  {
    reason: "userunknown",
    source: "Microsoft",
    pattern:
      /resolver\.adr\.(?:exrecipnotfound|recipnotfound|invalidinternalsmtpaddress|recipientnotfound)|resolver\.adr\.ambiguous|recipient address rejected: access denied[^.]{0,40}\bas\(?\d|\b5\.4\.1\b recipient address rejected: access denied|5\.4\.1 \S{0,80} ?recipient address rejected: access denied/,
  },
  {
    reason: "systemerror",
    source: "Microsoft",
    pattern:
      /resolver\.adr\.badprimary|resolver\.fwd\.|storedrv\.deliver\.exception|mapiexception(?!shutoffquota|maxobjs|recipientdead)/,
  },
  {
    reason: "mailboxfull",
    source: "Microsoft",
    pattern:
      /mapiexceptionshutoffquotaexceeded|mailbox full\. the following information|quotaexceededexception/,
  },
  {
    reason: "networkerror",
    source: "Microsoft",
    pattern: /routing loop detected|hop count exceeded/,
  },
  {
    reason: "hostunknown",
    source: "Microsoft",
    pattern: /dns domain \S{1,100} does not exist|infodomainnonexistent/,
  },

  // Yahoo and AOL, https://senders.yahooinc.com/smtp-error-codes/
  {
    reason: "userunknown",
    source: "Yahoo",
    pattern: /delivery error: dd (?:this user doesn't have a \S{1,100} account|not a valid)/,
  },
  {
    reason: "suspend",
    source: "Yahoo",
    pattern: /this account has been (?:temporarily )?(?:disabled|suspended|discontinued)/,
  },
  {
    reason: "badreputation",
    source: "Yahoo",
    pattern: /\[tss?0[1-9]\]|\[tss?1\d\]|unexpected volume or user complaints/,
  },
  {
    reason: "blocked",
    source: "Yahoo",
    pattern:
      /\[(?:bl|ipts)\d{2}\]|connections (?:not accepted|will not be accepted) from ip addresses on spamhaus/,
  },
  { reason: "spamdetected", source: "Yahoo", pattern: /message not allowed - \[\d{3}\]/ },
  {
    reason: "policyviolation",
    source: "Yahoo",
    pattern:
      /\[ph01\]|email not accepted for policy reasons|message not (?:accepted|allowed) for policy reasons/,
  },
  {
    reason: "spamdetected",
    source: "AOL",
    pattern: /\b(?:hvu|cvu):b[12]\b|\b(?:421|521|554)[ :-]{1,3}\(?(?:rtr|dyn|rly):(?:bl|ge|sp)\b/,
  },
  { reason: "policyviolation", source: "AOL", pattern: /\bpr:p1\b|\b(?:co|ru):\w{1,2}\d?\b refused/ },

  // Apple, https://support.apple.com/en-us/HT204137
  {
    reason: "policyviolation",
    source: "Apple",
    pattern: /\[(?:cs|hm|pm)\d{2}\] message rejected|message rejected due to local policy/,
  },

  // Laposte, Orange, SFR and Free; codes stand on their postmaster pages
  {
    reason: "userunknown",
    source: "Orange",
    pattern: /\bofr_?\d{0,6}_?4(?:16|18)\b|lpn007_4\d\d|adresse d.{0,3}au moins un destinataire invalide/,
  },
  { reason: "authfailure", source: "Orange", pattern: /\b(?:ofr|lpn)\d{0,6}_5(?:15|17)\b/ },
  { reason: "spamdetected", source: "Orange", pattern: /\b(?:ofr|lpn)\d{0,6}_(?:506|510|513)\b/ },
  {
    reason: "rejected",
    source: "Orange",
    pattern: /\b(?:ofr|lpn)\d{0,6}_(?:109|40[2-5])\b|adresse expediteur invalide/,
  },
  {
    reason: "toomanyconn",
    source: "Orange",
    pattern: /\b(?:ofr|lpn)\d{0,6}_(?:100|104|105|108|505|507|508)\b|trop de connexions/,
  },
  {
    reason: "blocked",
    source: "Orange",
    pattern: /\b(?:ofr|lpn)\d{0,6}_(?:10[1-37]|110|111|50[1-3])\b|service refuse\b/,
  },
  { reason: "policyviolation", source: "Laposte", pattern: /\blpn000_6\d\d\b/ },

  // Mail.ru, Yandex, GMX and Web.de, T-Online
  {
    reason: "spamdetected",
    source: "Mail.ru",
    pattern: /spam message rejected|message (?:was )?(?:discarded|rejected) as high-probability spam/,
  },
  {
    reason: "suspend",
    source: "Mail.ru",
    pattern: /account (?:is )?blocked due to (?:inactivity|long)|user has been inactive/,
  },
  {
    reason: "policyviolation",
    source: "Yandex",
    pattern: /policy rejection on the target address|policy rejection/,
  },
  {
    reason: "requireptr",
    source: "GMX",
    pattern:
      /no (?:valid )?(?:ptr|reverse dns)|bad dns ptr resource record|your mail server has no ptr|ptr record (?:for|of) \S{1,60} (?:is )?(?:missing|not)/,
  },
  {
    reason: "blocked",
    source: "T-Online",
    pattern:
      /ask for reset of your ip|ip=\S{1,60} - a problem occurred|email blocked by \w+ for bad|your ip (?:address )?(?:\S{1,60} )?(?:is|was|has been) (?:black|block|list|refus|reject|bann)/,
  },

  // Tencent QQ and NetEase 163
  {
    reason: "toomanyconn",
    source: "Tencent",
    pattern: /(?:ip|connection|sender) frequency (?:limited|is limited)|frequency limited/,
  },
  {
    reason: "spamdetected",
    source: "Tencent",
    pattern: /mail content denied|suspected (?:spam|bounce attacks)|\bdt:(?:spm|sum)\b|\bmi:sfq\b/,
  },
  { reason: "rejected", source: "Tencent", pattern: /domain may not exist or dns check failed/ },
  {
    reason: "filtered",
    source: "Tencent",
    pattern: /mail is rejected by recipients/,
  },
  { reason: "authfailure", source: "NetEase", pattern: /\bmi:(?:spf|dmc|dkm)\b/ },
  {
    reason: "blocked",
    source: "NetEase",
    pattern: /\b(?:mi|hl):(?:ipb|ihu|irh|iph|rep|idc)\b|connection denied\./,
  },
  {
    reason: "suspend",
    source: "Tencent",
    pattern: /the mail account is (?:blocked|frozen)|mailbox is frozen|account (?:is )?frozen/,
  },

  // Facebook, https://www.facebook.com/postmaster/response_codes (as it was)
  { reason: "userunknown", source: "Facebook", pattern: /\b(?:rcp-p1|int-p[134])\b/ },
  { reason: "mailboxfull", source: "Facebook", pattern: /\bint-p7\b/ },
  { reason: "virusdetected", source: "Facebook", pattern: /\bpol-p5\b/ },
  { reason: "mesgtoobig", source: "Facebook", pattern: /\bmsg-p1\b/ },
  { reason: "suspend", source: "Facebook", pattern: /\brcp-t4\b/ },
  { reason: "filtered", source: "Facebook", pattern: /\brcp-(?:p[2-9]|t\d)\b/ },
  { reason: "requireptr", source: "Facebook", pattern: /\bdns-[pt]3\b/ },
  { reason: "rejected", source: "Facebook", pattern: /\bdns-[pt][12]\b/ },
  { reason: "blocked", source: "Facebook", pattern: /\bpol-p[1-3]\b|\bpol-t1\b/ },
  { reason: "spamdetected", source: "Facebook", pattern: /\bpol-p[46]\b/ },
  { reason: "notcompliantrfc", source: "Facebook", pattern: /\bpol-p7\b/ },
  { reason: "toomanyconn", source: "Facebook", pattern: /\bcon-t[1-4]\b|\bmsg-t1\b/ },
  { reason: "systemerror", source: "Facebook", pattern: /\bint-t\d\b/ },

  // Cox, GoDaddy, Comcast
  { reason: "blocked", source: "Cox", pattern: /\b(?:cxbl|cdrbl|cxthrt|aup#(?:in-\d+|cdrbl|cxbl|o-\d+))\b/ },
  { reason: "requireptr", source: "Cox", pattern: /\b(?:cxdns|aup#dns)\b/ },
  { reason: "rejected", source: "Cox", pattern: /\b(?:cxsndr|aup#snd)\b/ },
  { reason: "toomanyconn", source: "Cox", pattern: /\b(?:cxcnct|cxmxrt|aup#mxrt|aup#lim)\b/ },
  { reason: "policyviolation", source: "Cox", pattern: /\b(?:cxjunk|aup#pol)\b/ },
  { reason: "requireptr", source: "Comcast", pattern: /\bbl000010\b|\bptr0000001\b/ },
  { reason: "blocked", source: "Comcast", pattern: /\b(?:bl00000\d|rl00000\d)\b|comcast block for spam/ },
  { reason: "toomanyconn", source: "GoDaddy", pattern: /\bib(?:103|104|107|705)\b/ },
  { reason: "requireptr", source: "GoDaddy", pattern: /\bib(?:105|108)\b/ },
  { reason: "spamdetected", source: "GoDaddy", pattern: /\bib(?:504|509|510|607)\b/ },
  { reason: "mailboxfull", source: "GoDaddy", pattern: /\bib211\b/ },
  { reason: "blocked", source: "GoDaddy", pattern: /\bib(?:101|106|110|111|112|113|116)\b/ },

  // Mimecast and Symantec, https://community.mimecast.com SMTP error codes
  { reason: "virusdetected", source: "Mimecast", pattern: /rejected due to security policies/ },
  {
    reason: "policyviolation",
    source: "Mimecast",
    pattern: /administrative prohibition|envelope blocked|message blocked by policy|anti-spoofing policy/,
  },
  {
    reason: "badreputation",
    source: "Mimecast",
    pattern: /local ct ip reputation|poor reputation sender|rejected by header based/,
  },
  {
    reason: "securityerror",
    source: "Symantec",
    pattern:
      /turn on smtp authentication|smtp authentication (?:is )?required|message filtered\. (?:please )?see the faqs/,
  },

  // Amazon SES
  {
    reason: "suppressed",
    source: "Amazon SES",
    pattern:
      /(?:on|in) (?:the|your|our) (?:account-level )?suppression list|amazon ses did not send the message/,
  },
  { reason: "norelaying", source: "Amazon SES", pattern: /email address is not verified/ },
  {
    reason: "suppressed",
    source: "SendGrid",
    pattern: /bounced address\b|unsubscribed address|spam reporting address/,
  },
];
