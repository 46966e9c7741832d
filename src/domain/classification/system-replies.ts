import type { ReplyRule } from "./reply-rule.js";

/** A host that does not exist or takes no mail: the address is as dead as an unknown user. */
export const HOST_REPLIES: readonly ReplyRule[] = [
  {
    reason: "networkerror",
    source: "DNS that does not answer",
    pattern:
      /host not found, try again|(?:malformed|unexpected) name server reply|temporary .{0,20}(?:dns|name)|servfail/,
  },
  {
    reason: "notaccept",
    source: "RFC 7505 and others",
    pattern:
      /null ?mx|does(?: not|n't) accept (?:any )?(?:e-?mail|mail|smtp)(?:s)?(?: traffic)?(?: for delivery)?(?:\.|,| \(|$| at this| here|\s*\))|no smtp service|host does not accept mail|no mx (?:found|record) for (?:the )?domain|not accepting (?:network|any) (?:messages|mail)|system (?:is )?(?:not accepting|does not accept)|domain does not accept|smtp protocol (?:returned|is not)|server does not accept mail|we do not accept mail here|mail server (?:is )?not accepting mail/,
  },
  {
    reason: "hostunknown",
    source: "Postfix, Exim, sendmail, qmail",
    pattern:
      /(?:host|domain|domain name|hostname|mail server|mail domain|destination server|dns|nxdomain)(?: or (?:domain )?name)?(?: \S{1,100}?)? (?:is |was |has |lookup )?(?:unknown|not found|does(?: not|n't) exist|nonexistent|no dns|not exist|invalid|non-existent|unresolvable|couldn't be found|could not be found)(?!, try again|\. try again| in (?:the )?(?:local|virtual|relay))|unknown (?:host|domain|mail (?:host|domain|server)|mail server)|(?:no such|bad|invalid|illegal|nonexistent) (?:host|domain|destination system|mail domain)|unrouteable (?:address|mail domain)|couldn't find any host|all relevant mx records point to non-?existent|nxdomain|name or service not known|no route to (?:the )?domain|(?:can|could) ?n[o']t (?:resolve|find|be resolved)(?: the)? (?:host|domain|mail server|hostname|mx|any host)|recipient'?s? (?:domain) (?:name )?(?:does not exist|has no mail|rejected: (?:domain|invalid mx))|no (?:valid )?(?:mail )?(?:hosts?|servers?|mx) (?:for|found|records? (?:found|exist|for))|domain must (?:exist|resolve)|domain is not reachable|smtpsend\.dns\.nonexistentdomain|dns (?:type )?.{0,40}lookup .{0,40}(?:nxdomain|responded with code nxdomain)|domain (?:does not exist|isn't valid)|destination host .{0,30}unknown/,
  },
];

/** Trouble on the way: systems, networks, time. */
export const SYSTEM_REPLIES: readonly ReplyRule[] = [
  {
    reason: "systemerror",
    source: "servers whose own settings are wrong",
    pattern:
      /loops? back to (?:myself|me)|forwarding loop broken|create a mail loop|loop was found|misconfigured|no mdb|could not load|transaction failed\b|mx points? (?:back )?to|lowest[- ]numbered mx|missing virtual domain/,
  },
  {
    reason: "networkerror",
    source: "RFC 5321 §6.3 and DNS",
    pattern:
      /(?:mail|routing|forwarding|message|delivery|smtp) ?loop|loops? back to (?:myself|me)|loop(?:ing)? (?:detected|count|error)|hop count|too many (?:hops|received|received headers|relays)|no route to host|host is unreachable|network (?:is )?(?:unreachable|error|down)|host name lookup (?:failure|failed)|host not found, try again|name server (?:loop|reply|timeout|fail|query|lookup)|malformed (?:or unexpected )?name server|dns (?:error|lookup (?:fail|timed)|failure|server|records for)|temporary (?:dns|name)|mx (?:list|lookup|problem)|could not connect and send|unable to resolve route|dns query|(?:connection|session) (?:was )?(?:lost|reset|dropped|broken|aborted|closed|died|terminated)|lost connection|connection (?:unexpectedly )?closed|broken pipe|remote (?:host|server) (?:closed|dropped)|points? back to (?:me|us|this)|mail for \S{1,100} loops|network error on destination|smtpsend\.dns\.mxloopback/,
  },
  {
    reason: "expired",
    source: "Postfix, sendmail, Exim, Exchange",
    pattern:
      /(?:connection|conversation|operation|delivery|server|session|i\/o|smtp|read|connect) (?:timed|time) ?-?out|timed out|(?:retry|delivery|message|envelope|queue|delivery time|mail) (?:time ?out |time |period )?(?:expired|timeout|exceeded|limit exceeded)|retry time not reached|(?:could not|was not|not|unable to) be (?:delivered|reached) (?:for|within|after|in) |unable to deliver (?:this |the )?message (?:after|for|in)|giving up|(?:message|delivery) (?:has been|is|was|will be|still) (?:delayed|deferred|retried|queued|being)|delayed mail|did not accept our requests to connect|server (?:did|is|does) not respond|no (?:response|answer) from|not (?:been )?(?:responding|reachable)|socket error|connection refused|refused (?:to accept )?(?:a )?connection|cannot connect to (?:remote )?(?:server|host)|could not connect to|connect to \S{1,120}:? ?(?:connection|operation)|actively refused|has not been (?:collected|delivered)|been failing for a long time|delivery attempts will continue|could not find a gateway|failed to (?:deliver to domain|connect)|(?:have|has) been (?:trying|unable)|can't connect|tried to deliver|multiple retries|maximum (?:retry|queue)|undelivered (?:for|after)|message expired|will be (?:deleted|retried|tried)|too old|queue\.expired/,
  },
  {
    reason: "systemfull",
    source: "many",
    pattern:
      /(?:system|mail server|file ?system|disk|server|insufficient system|spool|queue)(?: is| storage| resources?)* (?:full|out of (?:disk )?space)|insufficient (?:system )?(?:storage|disk)|no space left on device|out of disk space|mail system full|not enough (?:disk )?space/,
  },
  {
    reason: "mailererror",
    source: "sendmail, Postfix pipe, procmail",
    pattern:
      /x-unix|(?:command|process|program|child|pipe|mailer) (?:\S{1,60} )?(?:failed|died|exited|returned|terminated|exit|not)|exit (?:status|code) \d|exitcode|unknown mailer error|pipe to \||pipe\b.{0,60}failed|local mailer|mailer (?:error|fault)|procmail|user defined (?:signal|error)|bad interpreter|can't create user output file|command output|returned error|executing/,
  },
  {
    reason: "systemerror",
    source: "many",
    pattern:
      /(?:internal|local|server|system|configuration|temporary|temporarily|processing|local delivery|lookup|database|ldap|resource|software|i\/o|unexpected|undefined|general|transient|queue file|mail system) (?:\w+ ){0,3}(?:error|problem|failure|unavailable|fault|lookup|trouble)|ldap|mail ?(?:system|server) (?:is )?(?:config|misconfig|broken|down)|(?:can't|cannot|unable to|could not|couldn't) (?:create|open|write|read|lock|access|contact|chdir|stat|connect to database|exec|lookup|look up|get|process|complete|move)|timeout waiting for|out of memory|resources? (?:temporarily )?unavailable|service (?:is )?(?:currently |temporarily )?(?:not available|unavailable|down)|try again later|interrupted system call|too many open files|proxy session error|load (?:average )?too high|requested action aborted|error in processing|aliasing\/forwarding loop|file system|read-only|temporarily (?:unavailable|rejected|deferred|unable)|mail server temporarily|delivery error|address family mismatch|user-?lookup|incorrect(?:ly)? configur|server configuration/,
  },
  {
    reason: "contenterror",
    source: "RFC 2045, RFC 5322",
    pattern:
      /(?:mime|header|headers|message|content|line|charset|encoding|8-?bit|attachment)s? .{0,30}(?:too (?:large|long|many)|malformed|corrupt|improper|unsupported|not (?:allowed|supported|valid)|conversion|format|error|invalid|rejected|malform)|(?:improper|malformed|bad|invalid|illegal) (?:use of )?(?:mime|8-?bit|message|header|content|attachment|date)|message filtered|mime (?:error|conversion)|line breaks|conversion (?:required|failed|prohibited)|failed by content/,
  },
  { reason: "onhold", source: "many", pattern: /\bon ?hold\b/ },
];
