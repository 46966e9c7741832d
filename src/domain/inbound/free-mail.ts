/** Providers whose addresses say nothing about an organisation: everybody can have one. */
const FREE_MAIL = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com live.com msn.com hotmail.co.uk hotmail.fr hotmail.de hotmail.it
  hotmail.es live.co.uk live.fr live.nl outlook.fr outlook.de outlook.es outlook.it outlook.jp yahoo.com yahoo.co.uk
  yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.co.jp yahoo.co.in yahoo.com.br yahoo.ca yahoo.com.au ymail.com rocketmail.com
  aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me tutanota.com tuta.io tuta.com gmx.com gmx.de gmx.net
  gmx.at gmx.ch web.de freenet.de t-online.de posteo.de mailbox.org fastmail.com fastmail.fm zoho.com zohomail.com
  hey.com mail.com email.com mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net
  qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com naver.com daum.net hanmail.net
  nate.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr libero.it virgilio.it alice.it tin.it tiscali.it
  terra.com.br uol.com.br bol.com.br ig.com.br rediffmail.com seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl
  comcast.net verizon.net att.net sbcglobal.net cox.net charter.net bellsouth.net earthlink.net btinternet.com
  sky.com virginmedia.com ntlworld.com bigpond.com optusnet.com.au shaw.ca rogers.com sympatico.ca telenet.be
  skynet.be ziggo.nl kpnmail.nl xs4all.nl bluewin.ch hispeed.ch telia.com online.no`
    .split(/\s+/)
    .filter(Boolean),
);

/** Whether a registrable domain belongs to a provider where anybody can have an address. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain);
}
