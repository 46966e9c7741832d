import type { ReplyRule } from "./reply-rule.js";

/** What servers say of the mailbox: full, closed, moved, unknown. Order counts within a file: the first that fits. */
export const MAILBOX_REPLIES: readonly ReplyRule[] = [
  { reason: "greylisted", source: "Postgrey and others", pattern: /gr[ea]y-?\s?list/ },
  {
    reason: "greylisted",
    source: "Postgrey",
    pattern: /try again (?:in \d+ (?:seconds|minutes)|later) .{0,20}(?:postgrey|grey)/,
  },
  {
    reason: "mailboxfull",
    source: "Postfix, Dovecot, Courier, Cyrus",
    pattern:
      /(?:mail ?box|mailfolder|inbox|account|user|recipient|maildir|e-?mail)(?:'s)?(?: \S{1,80})? (?:is |has |was |are )?(?:currently |already |temporarily )?(?:full|over ?quota|over (?:its |the )?(?:disk )?quota|exceeded (?:its|the|their|his)|out of (?:storage|space)|delivery quota|(?:storage )?limit (?:reached|exceeded))/,
  },
  {
    reason: "mailboxfull",
    source: "many",
    pattern:
      /over ?(?:the |its |disk )?quota|quota (?:has been |is |was )?(?:exceeded|violation)|exceed(?:s|ed|ing)? (?:the |its |his |their |maximum |allowed |mail |user |storage |disk |mailbox |my )*(?:quota|storage|allocation)|storage (?:limit|quota|allocation)|disk quota|insufficient (?:disk )?quota/,
  },
  {
    reason: "mailboxfull",
    source: "many",
    pattern:
      /mail ?box (?:is |was )?(?:full|too large)|full mailbox|maildir over|not enough (?:storage )?space (?:on|in|for) (?:user|recipient|mailbox|the mailbox)|no (?:more )?space (?:left )?(?:in|for) (?:the )?(?:mailbox|user)|mailbox size limit|size of (?:the )?mailbox|number of messages in (?:the )?recipient's mailbox|user's mailbox full|dropbox|(?:mail )?file size exceeds|(?:storage )?space (?:has been |is )?(?:used up|exhausted)|not enough storage space|exceeding (?:\w+ ){0,2}limits?\b|too many messages on|no space left for|mailbox (?:has |is )?(?:exceed|reached|over)|exceeded the local limit|容量|いっぱい|too much mail data|would be over the allowed quota|user has too many messages|mailbox has exceeded|out of (?:storage|disk) ?space|delivery failed: over quota|boite du destinataire pleine|bo[iî]te (?:aux lettres )?pleine|casella (?:e' )?piena|buz[oó]n (?:est[aá] )?lleno|caixa (?:postal )?cheia|postfach (?:ist )?voll|почтовый ящик переполнен|ящик переполнен|邮箱(?:已|空间)?(?:满|不足)|صندوق .{0,10}ممتلئ/,
  },
  {
    reason: "exceedlimit",
    source: "sendmail, Exchange",
    pattern:
      /message (?:length|size) exceeds (?:the )?(?:administrative|recipient)|(?:too large|too big) for (?:this|the) recipient|message (?:header )?size exceeds (?:the )?recipient|message too (?:large|big) for (?:this )?(?:user|mailbox)|exceeds (?:maximum )?(?:size )?limit (?:of|for) (?:this )?(?:mailbox|recipient|user)/,
  },
  {
    reason: "mesgtoobig",
    source: "RFC 1870",
    pattern:
      /message (?:(?:file|body|header|text) )?(?:is |was )?too (?:big|large|long)|message (?:size|length) (?:exceeds|exceeded|is (?:too|larger|limited)|limit|violation|beyond)|exceeds (?:the )?(?:fixed |global |server |configured )?(?:maximum|max\.?)(?: fixed| allowed| message| mail)* size|exceed(?:s|ed)? (?:the )?(?:message |mail |fixed )*size (?:limit|max)|(?:maximum|max) (?:message |mail )?size exceed|message size exceeds fixed|line (?:limit exceeded|too long|is too long)|data size exceeds|mail (?:size|is) (?:too (?:big|large)|exceed)|maximum line length|size limit exceeded|message exceeded max|message length limit/,
  },
  {
    reason: "suspend",
    source: "many",
    pattern:
      /(?<!ip )(?<!host )(?:account|mail ?box|user|recipient|e-?mail address|address)(?: \S{1,80})? (?:is |has been |was |is currently |is temporarily |has been temporarily |temporarily )?(?:suspended|disabled|frozen|locked|deactivated|inactive|not active|blocked due to|on hold and)/,
  },
  {
    reason: "suspend",
    source: "many",
    pattern:
      /\b(?:inactive|suspended|disabled|locked|frozen|deactivated) (?:user|account|mail ?box|recipient|address|by)|account .{0,40}(?:terminated|expired|deactivat)|mailbox currently (?:unavailable|suspended)|user (?:is )?(?:suspended|disabled|inactive)|not (?:currently )?active|domain (?:is )?(?:suspended|disabled|not active)|deleted due to inactivity|suspend(?:s|ed)? the service|mailbox unavailable or access denied|unable to accept.{0,30}inactive|boîte .{0,30}(?:désactiv|bloqu|suspend)|closed account/,
  },
  {
    reason: "filtered",
    source: "many",
    pattern:
      /(?:recipient|user)(?:'s)? (?:preferences|rules|settings)|(?:refuse|decline|do(?:es)? not (?:want|wish)|not accept)\w* to receive|blocked by (?:the )?(?:recipient|user|addressee)|only accept(?:ing|s) (?:mail|messages?|e-?mail)s? from|account is protected by|extended inactivity|not accepting (?:any|new) mail|recipient has (?:blocked|rejected|restricted)|restricted sms|rejected by (?:the )?(?:recipient|user)(?! domain| mail| server|'s server)|resolver\.rst\.notauthorized|user reject|not found recipient/,
  },
  {
    reason: "hasmoved",
    source: "RFC 5321 §4.2.3",
    pattern:
      /(?:user|recipient|address|account|mailbox|person|customer)(?: \S{1,80})? (?:has|have) (?:been )?(?:moved|changed|replaced)|has been replaced by|no longer on (?:this )?server|please (?:forward|try|send (?:it )?to) <?[\w.+-]{1,64}@|user not local; please try|address (?:has )?changed to|moved to (?:another|new) address/,
  },
];

/** An unknown user in words that nothing else can mean, wherever in the session they come. */
export const CERTAINLY_UNKNOWN: readonly ReplyRule[] = [
  {
    reason: "userunknown",
    source: "Exchange 5.5 to 2003",
    pattern:
      /recipient name is not recogni[sz]ed|\(000c05a6\)|recipient name is ambiguous|the e-?mail account does not exist at the organization/,
  },
  { reason: "userunknown", source: "IMail", pattern: /invalid final delivery userid/ },
  {
    reason: "userunknown",
    source: "Exchange",
    pattern:
      /e-?mail address you entered couldn't be found|couldn't be found or is invalid|recipient (?:was )?not found by smtp address lookup|wasn't found at \S{1,100}/,
  },
  {
    reason: "userunknown",
    source: "Domino",
    pattern:
      /not listed in (?:public |domino )?(?:name|directory|address)|not unique\. several matches found/,
  },
  {
    reason: "userunknown",
    source: "qmail, vpopmail",
    pattern:
      /no mailbox here by that name|no such virtual user here|there is no (?:such )?(?:user|account|mailbox)(?: \S{1,80})? (?:here|by that name)|this address no longer accepts mail|no user by that name|unknown or illegal alias|recipient has been deleted|delivery attempted to (?:an )?unknown/,
  },
  {
    reason: "userunknown",
    source: "Novell GroupWise",
    pattern: /\b(?:d101|mbx001)\b|user not found in post office/,
  },
  {
    reason: "userunknown",
    source: "Postfix",
    pattern: /user unknown in (?:virtual|local|relay) \w+ table: mailbox|unknown local-part/,
  },
  {
    reason: "userunknown",
    source: "X.400",
    pattern:
      /unable[- ]to[- ]transfer[^,]{0,20},? ?unrecogni[sz]ed|unrecogni[sz]ed[- ]or[- ]?name|o\/r[- ]?name/,
  },
];

/**
 * An unknown user in the usual words. Servers that filter say the same after they have seen the mail, so the words alone
 * are not enough: they count when said to RCPT, or with a status of address (x.1.x).
 */
export const UNKNOWN_USER: readonly ReplyRule[] = [
  {
    reason: "userunknown",
    source: "RFC 5321 and every mail server",
    pattern:
      /(?:user|recipient|mail ?box|address|account|destinat\w+|addressee|mail ?drop|customer|subscriber|alias|rcpt|local[- ]?part|e-?mail|login|name)(?:\(s\))?(?: address)?(?: (?:that |which )?(?:you|i) (?:have )?(?:tried|attempted|are trying|were trying|want|specified|entered|sent) (?:to )?(?:reach|contact|send to|deliver to)?)?(?:,? ?(?:for )?[<("'[]?[\w.+=@-]{1,100}[>)"'\]]?:?)? (?:is |was |are |has been )?(?:currently )?(?:unknown|not (?:be )?(?:known|found|exist|recogni[sz]ed|valid|listed|local|available here|a valid)|does(?: not|n't) exist|do(?:es)? not exist|doesn't exist|invalid|unavailable|undeliverable|not on (?:this )?server|no longer (?:available|valid|exists?|accepts?|on)|couldn't be found|could not be found|can ?not be found|undefined|unrouteable)/,
  },
  {
    reason: "userunknown",
    source: "servers that name the address only",
    pattern:
      /[<"'][\w.+=@-]{1,100}[>"']:? (?:is |was )?(?:not found|unknown|invalid|does(?: not|n't) exist|undeliverable)/,
  },
  {
    reason: "userunknown",
    source: "every mail server",
    pattern:
      /(?:unknown|invalid|no such|nonexistent|non-existent|bad|undeliverable|unrecogni[sz]ed|not a valid|not a known) (?:e-?mail |mail |local |destination |virtual |final |smtp )?(?:user|recipient|address|mail ?box|account|person|name|destination|local[- ]?part|rcpt|customer|mail ?drop|alias)/,
  },
  {
    reason: "userunknown",
    source: "every mail server",
    pattern:
      /no (?:such )?(?:user|mail ?box|account|person|recipient|valid recipients?)\b|not our (?:customer|user|member)|is not (?:a (?:valid|known)|known|listed)|unknown to (?:me|us|this)|doesn't (?:have|handle)|no one (?:here )?by that name|does not (?:have|live|reside) (?:an? )?(?:account|here|mailbox)|not (?:a )?(?:valid|known|registered) (?:user|recipient|address|mailbox)|who are you talking about|badrcptto|bad[-_ ]recipient|(?:can't|cannot|will not) accept (?:user|recipient)|not an? (?:active|local|valid|existing) (?:address|mailbox|user|e-?mail)|not (?:an? )?e-?mail address|no one at this address|missing home directory|archived recipient|destination (?:addresses were|address) unknown|(?:server|host) rejected recipients?|(?:recipient|user|mailbox)s? not (?:ok|present|here)|no existe (?:dicha|es[ae]|el|la|ning)|(?:wrong|no longer valid)\b|user ?(?:id)? (?:lookup )?not found|(?:recipient|rcpt) (?:to )?not accepted|addressee unknown|user unknown|unknown user|adresse .{0,40}(?:inconnue|invalide)|destinataire inconnu|utilisateur inconnu|empf[aä]nger (?:unbekannt|existiert)|usuario (?:desconocido|no existe|inexistente)|destinatario (?:desconocido|sconosciuto)|usu[aá]rio (?:desconhecido|n[aã]o existe|inexistente)|utente (?:sconosciuto|inesistente)|нет такого пользователя|пользователь не (?:найден|существует)|получатель не (?:найден|существует)|(?:用户|收件人|邮箱)(?:地址)?不存在|无此用户|المستخدم غير (?:معروف|موجود)|見つかりません|宛先.{0,10}(?:存在|見つ)/,
  },
];
