import type { ReplyRule } from "./reply-rule.js";

/** What servers say of us: authentication, reputation, blocklists, rate, relaying, form. None of it is the contact's fault. */
export const SENDER_REPLIES: readonly ReplyRule[] = [
  {
    reason: "spamdetected",
    source: "spam filters",
    pattern:
      /(?:rejected|blocked|refused|classified|detected|identified|flagged|marked|considered) (?:as|due to|because of|for being|to be|by) (?:\w+ ){0,3}spam(?!haus|cop)/,
  },
  {
    reason: "norelaying",
    source: "every mail server",
    pattern:
      /relay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed|enabled|authori[sz]ed)|prohibited|restricted|disallowed|forbidden|refused|rejected)|not (?:configured|authori[sz]ed|permitted|allowed|able) to relay|unable to relay|(?:isn't|not) in my list of allowed rcpthosts|we do ?n[o']t relay|no relaying|cannot relay|will not relay|not (?:a|an open) relay|open relay not allowed|relay not permitted|not (?:a )?local host|not a gateway|that domain isn't in my list|(?:mail|specified) domain (?:mail )?is not (?:local|allowed)|authentication required for relay|insecure mail relay|as a relay, but i have not been configured/,
  },
  {
    reason: "authfailure",
    source: "RFC 7208, RFC 6376, RFC 7489",
    pattern:
      /\b(?:spf|dkim|dmarc|sender ?id)\b.{0,60}(?:fail|reject|invalid|not pass|not allowed|does not|doesn't|violat|policy|check|reason|record|unauthori|deni|error|block|mismatch|refus|quarantine|not match|missing)|(?:fail|reject|invalid|not pass|did not|violat|policy|bad|denied|unauthenticated|according to|due to|no|missing|check)\w*.{0,60}\b(?:spf|dkim|dmarc|sender ?id)\b|unauthenticated (?:e-?mail|sender|mail)|not authori[sz]ed to send .{0,30}(?:mail|for|from)|email is (?:unauthenticated|not authenticated)|sender policy framework|openspf|fails? (?:to pass )?authentication|lacks (?:valid )?authentication|authentication level|message authentication|no valid spf|authentication checks/,
  },
  {
    reason: "requireptr",
    source: "RFC 1912 §2.1 and servers that ask for it",
    pattern:
      /\bptr\b|reverse[- ](?:dns|lookup|ip|name|resolution|mapping)|\brdns\b|(?:cannot|can't|could not|unable to|failed to) (?:find|resolve|verify|get|determine) (?:your|the|a|client|ip) ?(?:reverse |host ?name|ip address host)|reverse (?:path )?(?:hostname|mapping)|no reverse|inverse (?:dns|address)|fix (?:your )?(?:reverse )?dns|ip address .{0,30}(?:without|has no|does not resolve)|(?:client|sending) (?:host|ip) .{0,40}does not (?:resolve|have a (?:host|dns))|missing (?:or invalid )?(?:reverse|ptr)|hostname does(?: not|n't) resolve to|resolve .{0,30}hostname/,
  },
  {
    reason: "policyviolation",
    source: "many",
    pattern:
      /potential security issue|for policy reasons|closed mailing list|protocol violation|with multiple addresses|solving a captcha|header error|(?:rejected|blocked|refused|denied|restricted) (?:due to|because of|by|for|per|under) (?:\w+ ){0,3}polic/,
  },
  {
    reason: "badreputation",
    source: "reputation services",
    pattern:
      /(?:poor|bad|low|negative|email|ip|sender|domain|network|web|its|your)[- ](?:\S{1,20} )?reputation|reputation (?:is |was |of |score |too |filter|based|below)|senderscore|talos|user complaints|too many (?:spam )?complaints/,
  },
  {
    reason: "speeding",
    source: "many",
    pattern:
      /(?:sending|sent|receiving|receives?|mail) .{0,40}too (?:quickly|fast|many (?:messages|mails|emails))|rate (?:that prevents|limit(?:ed|ing|s)?)|rate[- ]limit|throttl|try sending (?:your mail )?(?:again )?more slowly|too (?:fast|quickly)|message rate|exceed(?:s|ed|ing)? (?:the )?(?:\w+ ){0,3}(?:rate|messages? per|sending limit)|mail(?:s)? per (?:hour|minute|day)|please slow down/,
  },
  {
    reason: "toomanyconn",
    source: "many",
    pattern:
      /too many (?:\w+ ){0,3}(?:connections?|sessions?|recipients|messages|mails|errors from your|smtp|concurrent|emails?|rcpt)|(?:connections?|session|concurrency) (?:\w+ ){0,3}(?:limit|rate|exceeded)|exceed(?:s|ed)? (?:\w+ ){0,4}(?:connections?|recipients|sessions)|number of (?:connections|messages|recipients) .{0,20}exceed|max(?:imum)? (?:number of )?(?:connections|recipients|message)|connection rate|recipients? (?:limit|count)|too busy|over the (?:connection|recipient) limit|message(?:s)? (?:sent )?count/,
  },
  {
    reason: "virusdetected",
    source: "virus filters",
    pattern:
      /\bvirus|\binfected|malware|trojan|\bworm\b|clamav|phish|malicious|contains? (?:a )?(?:dangerous|prohibited|harmful)|banned (?:file|attachment)|executable file|possible (?:security|virus)/,
  },
  {
    reason: "spamdetected",
    source: "spam filters",
    pattern:
      /(?:is|as|considered|like|be|contains?|looks|of|probable|suspected|possible|high|classified|identified|score|detected|by|due to|for|appears|rejected)[- ](?:\w+[- ]){0,4}(?:spam|junk|unsolicited|uce)\b|spam (?:message|content|detected|mail|score|refused|rejected|filter|not accepted|check|classif|e-?mail|content|assassin|engine|found|blocked|probability|limit)|\bspam\b.{0,20}(?:detect|reject|block|refus|suspect)|spamassassin|anti-?spam|no spam|bulk e?-?mail|blacklisted url|content (?:filter|reject|refused|block)|url ?(?:in|block|black)\w*|bayes|dcc\b|message (?:content|body) rejected|(?:message|mail) looks like|unsolicited (?:bulk|commercial|e?mail|message)|cloudmark|rejected (?:by|due to) content|message (?:was )?rejected (?:because|due to|as).{0,40}spam|does not want spam|bogofilter|rspamd|spamcop score|unacceptable content|banned content|recurrent pattern|mass ?mailer|bulk\.|blocked by (?:our|the|a) (?:content |mail )?filter|anti-?spam|^\W*5\d\d(?: 5\.\d\.\d)? spam\W*$|listed in uribl|surbl|uribl/,
  },
  {
    reason: "rejected",
    source: "mailing lists and servers that check the sender",
    pattern:
      /members?[- ]only|non-?member|not (?:a )?member (?:article|of)|(?:post|posting) (?:to|messages to) (?:this|the) (?:mailing )?(?:list|group)|not (?:a )?(?:registered|subscribed|pre-?approved|authori[sz]ed) (?:gateway |to (?:post|this)|user|sender|poster)|purported responsible address|fully[- ]qualified (?:e-?mail |sender )?address|backscatter protection|(?:outgoing|sending) (?:mail )?suspension|dead domain|returned mail not accepted|not owned by (?:the )?user|without a valid sender|access to submit messages|your e-?mail address (?:has been |is )?(?:black|block|bann|refus|reject)|sender (?:is )?not (?:pre-?approved|registered|subscribed)/,
  },
  {
    reason: "blocked",
    source: "many",
    pattern:
      /(?:sender|sending|source|client) ip|too many spams? from|(?:can't|cannot|could not|unable to) resolve your|(?:confirm|requires? confirmation)\b.{0,20}(?:server|$)|(?:server|host) requires? confirmation|smtp server (?:of|from|provided by) your (?:isp|provider)|remote ?host looks|relay host name|currently sending spam|accepting mail from your ip|mismatch\w* client|(?:listed|reported) as abus/,
  },
  {
    reason: "rejected",
    source: "servers that check the sender",
    pattern:
      /(?:sender|from|return[- ]path|envelope|originat\w+|mail from|reverse[- ]path)(?:'s)?(?: (?:e-?mail|domain|address|host|mail|path))*(?:,? ?[<("'[][^\s]{1,100}[>)"'\]]|:)? (?:is |was |has been |have been |does |did |were )?(?:not? |n't |been |currently )*(?:rejected|denied|refused|blocked|black ?listed|invalid|not exist|doesn't exist|exist|unknown|not (?:found|valid|allowed|accepted|permitted|verified|resolve)|resolv\w+|unverifi\w+|unresolvable|verify failed|verification|banned|restricted|bad|must|missing|prohibited|found|accepted|unroutable)/,
  },
  {
    reason: "rejected",
    source: "servers that check the sender",
    pattern:
      /(?:invalid|bad|unknown|illegal|malformed|unresolvable|fake|forged|rejected|blocked|blacklisted|unverified|unroutable|no such|nonexistent|forbidden|unauthori[sz]ed|refused) (?:e-?mail )?(?:sender|from|return path|domain in (?:from|sender)|envelope sender|reverse[- ]path|senders? (?:domain|address))|domain of sender|verification failed for|sender verif|sending (?:to\/from|from) an address that has been|could not verify sender|null sender|may not have permission to post|(?:does not|doesn't|don't|not) accept (?:mail|messages?|e-?mail)s? from (?:you|this|your|that|the|address|domain)|rejecting (?:sender|mail from|your)|mail from (?!\[?\d{1,3}\.)\S{1,100} (?:rejected|refused|not allowed|denied)|from address|address of the sender|no mx (?:record )?(?:for|in) (?:the )?sender|(?:cannot|could not|can't) (?:resolve|verify) (?:sender|address of|mail from)|senderid|empty envelope|not accepting (?:mail )?from|bounce (?:messages? )?(?:not|from)|expediteur/,
  },
  {
    reason: "blocked",
    source: "blocklists and their users",
    pattern:
      /spamhaus|spamcop|sorbs|barracudacentral|\bb\.barracuda|\brbl\b|\bdnsbl\b|\bdnsrbl\b|abuseat|\bcbl\b|\bpbl\b|\bsbl\b|\bxbl\b|black[- ]?hole|\bnjabl|\bordb\b|mail-abuse|\bmaps\b|invaluement|psbl|uceprotect|backscatterer|\bspamrats|trend ?micro|proofpoint|dnswl|cloudfilter|real-?time (?:black|block)|(?:block|black|deny|ban)[- ]?list/,
  },
  {
    reason: "blocked",
    source: "many",
    pattern:
      /(?:client|host|your (?:host|ip|server|network|address|system|mail server|domain)|server|ip(?: address)?|connections?|network|mail server|connecting|dynamic)(?: \[?[\w.:-]{1,60}\]?)?(?: \([^()]{0,60}\))? (?:is |was |has been |are |have been |host |from \S{1,60} )?(?:currently |temporarily |permanently |been |being |not )*(?:rejected|blocked|denied|(?<!connection )refused|banned|dropped|black ?listed|not (?:allowed|accepted|authori[sz]ed|welcome|permitted)|forbidden|listed|allowed|accepted|prohibited|suspended)/,
  },
  {
    reason: "blocked",
    source: "many",
    pattern:
      /no access from (?:mail )?server|client host rejected|not accepting connections|(?:refus|reject|deny|block|drop|bann)(?:ed|ing|s)? (?:\w+ ){0,3}(?:connection|ip|client|host|network|access from)|invalid ip for sending|open (?:relay|proxy)|dynamic(?:ally)? (?:ip|assigned|allocated|pool|dns)|generic (?:ip|hostname|rdns)|residential|dial-?up|bad host|helo (?:command )?(?:rejected|invalid)|invalid (?:helo|ehlo)|blocked (?:by|for|using|due|because|-)|connect(?:ion)? (?:was )?(?:dropped|closed) .{0,30}(?:policy|abuse|blocked)|you (?:are|have been) (?:blocked|banned|not allowed)|(?:mail|messages?|access) from \S{1,80} (?:has been |is |are |was |will be )?(?:\w+ )?(?:blocked|refused|denied|deferred|rejected)|service refused|temporarily deferred due to|administrative(?:ly)? (?:denied|block)|access denied\. ip|unfortunately, messages from|too much (?:fail|spam)|directory harvest|(?:mail|message) refused|go away|smtp (?:access|service) (?:denied|refused|unavailable for)|we do not accept mail from|access to this mail system|mail from \[?\d{1,3}\.\d|not allowed to (?:send|connect)/,
  },
  {
    reason: "failedstarttls",
    source: "RFC 3207",
    pattern:
      /starttls .{0,40}(?:fail|required|first|refus|error|not)|must issue a starttls|(?:require|requires|mandatory) (?:\w+ ){0,3}(?:tls|encryption)|tls (?:is |was )?(?:required|negotiation|handshake|not available|failed|error)|handshake failed|encryption (?:is )?(?:required|needed)|could not be (?:sent|delivered) .{0,30}securely/,
  },
  {
    reason: "notcompliantrfc",
    source: "RFC 5322",
    pattern:
      /not (?:rfc|compliant|conform)|rfc ?-?\d{3,4}.{0,20}(?:compliant|complian|violat|conform|syntax|section)|(?:violat\w+|compl\w+ with|per|required by|according to|see) rfc ?\d{3,4}|duplicate header|(?:missing|multiple|invalid|no valid|must have|no|bad) (?:a )?(?:\w+ )?(?:header|message-?id|date:|from header|addresses in)|bare (?:lf|cr|line)|non-?compliant/,
  },
  {
    reason: "policyviolation",
    source: "many",
    pattern:
      /polic(?:y|ies)|header error|prohibited|(?:attachment|file) (?:type|name|extension)?.{0,20}(?:not allowed|blocked|forbidden|denied)|(?:content|message) (?:is )?(?:not allowed|prohibited|denied|restricted)|because the recipient is not accepting mail with|bad attachment|message held|you have (?:exceeded|sent)|dirty word|security (?:problem|violation|reasons)|message bounced by administrator|suspicious|rejected by (?:the )?(?:administrator|our|rule)|unallowed|restricted (?:content|attachment)/,
  },
  {
    reason: "securityerror",
    source: "RFC 4954",
    pattern:
      /authentication (?:required|fail|credentials|turned on|error|unsuccessful|rejected|is)|auth(?:entication)? (?:is )?required|not authenticated|authori[sz]ation (?:failed|required)|must (?:first )?authenticate|access denied|permission denied|not (?:authori[sz]ed|permitted|allowed)|you are not|sorry, you don't|account (?:not|subject)|insufficient (?:permission|rights)|credentials|security (?:check|error|failure)|certificate/,
  },
  {
    reason: "syntaxerror",
    source: "RFC 5321 §4.2.4",
    pattern:
      /syntax error|command (?:not|parameter not|unrecogni[sz]ed|unknown)|malformed (?:address|recipient)|bad sequence|unrecogni[sz]ed command|(?:command|parameter)s? (?:not|isn't) (?:implemented|supported|recogni[sz]ed)|bad (?:address )?syntax|invalid (?:syntax|character|command|parameter|argument)|out of sequence|need (?:rcpt|mail) (?:command|before)|unimplemented|illegal (?:character|address)/,
  },
];
