/** How the story of an organisation goes in the demonstration. */
export type Story =
  | "signed"
  | "signed_group"
  | "signed_quote"
  | "signed_reserved"
  | "signed_withdrawn"
  | "signed_confidential"
  | "in_review"
  | "unconfirmed"
  | "rejected"
  | "pledged"
  | "declined"
  | "declined_phone"
  | "wrong_person"
  | "unsubscribed"
  | "approached"
  | "identified";

/** One invented organisation: name, country, sector, satellites, contact, story, and a reason or a quote. */
export interface DemoOrganisation {
  name: string;
  country: string;
  sector: string;
  satellites: number;
  contact: string;
  title: string;
  language: string;
  story: Story;
  extra: string;
}

const ROWS = `
Halden Orbital AS|NO|satellite_operator|41|Sigrid Aune|Managing Director|en|signed_quote|We fly between the fragments of other people's tests every single day.
Lumbrera Constelaciones S.A.P.I.|MX|satellite_operator|28|Ximena Ortega Ruiz|Directora General|en|signed_group|
Kestrelline Broadcast GmbH|DE|satellite_operator|6|Jonas Wirth|Geschäftsführer|en|signed_withdrawn|
Tumaini Earth Observation Ltd|KE|satellite_operator|4|Grace Wanjiru|Managing Director|en|signed|
Nordhav Sat AB|SE|satellite_operator|12|Elin Sjöberg|Chief Executive|en|signed|
Copihue Satelital SpA|CL|satellite_operator|3|Matías Fuenzalida|Gerente General|en|approached|
Shirakaba Space Systems K.K.|JP|satellite_operator|22|Haruto Kanda|President|en|pledged|
Meltemi Maritime Data SA|GR|satellite_operator|5|Eleni Vlachou|Chief Executive|en|declined|first_mover
Brightwater Cubesat Lab Inc.|CA|satellite_operator|2|Omar Haddad|Founder|en|declined_phone|too_small
Rimfrost Thermal Oy|FI|satellite_operator|3|Aino Laakso|Chief Executive|en|in_review|We support a binding agreement. Its verification should not rest on commercial data alone.
Volta Satellite Services Ltd|GB|satellite_operator|17|Ruth Osei|Head of Policy|en|declined|gov_customer
Orbitale du Sud SAS|FR|satellite_operator|9|Claire Vasseur|Directrice générale|fr|signed|
Anwar Geomatics PJSC|JO|ground_segment|0|Lina Haddad|Chief Executive|ar|signed_quote|Our farmers never voted on a missile test. They lose the image of their field all the same.
Vindhya Ground Stations Pvt Ltd|IN|ground_segment|0|Arjun Deshmukh|Director|en|signed_reserved|We support the aim. Our view on verification awaits our government's own.
Serra Azul Telemetria Ltda|BR|ground_segment|0|Beatriz Lacerda|Diretora-Presidente|en|signed|
Ribeira Alta Telemetria Ltda|BR|ground_segment|0|Paulo Freitas|Public Affairs|en|declined|first_mover
Carpat Ground Networks SRL|RO|ground_segment|0|Mirela Popa|Managing Partner|en|approached|
Delta Nyota Telecoms SA|SN|ground_segment|0|Awa Diop|Directrice générale|fr|in_review|
Hinode Antenna Co.|JP|ground_segment|0|Keita Mori|General Manager|en|declined|timing
Polder Downlink B.V.|NL|ground_segment|0|Sanne de Wit|Chief Operating Officer|en|signed|
Pelagia Weather Data B.V.|NL|ssa_data|0|Maarten Hoek|Chief Executive|en|signed_quote|A forecast is only as good as the satellites that are still there in the morning.
Vigie Orbitale SA|FR|ssa_data|0|Hugo Lemaire|Directeur général|fr|signed|
Sentry Conjunctions Ltd|GB|ssa_data|0|Priya Raman|Chief Executive|en|signed|
Debriscope GmbH|DE|ssa_data|0|Katrin Behr|Chief Executive|en|signed|
Kookaburra Tracking Pty Ltd|AU|ssa_data|0|Jack Nguyen|Chief Operating Officer|en|pledged|
Ngong Launch Analytics Ltd|KE|ssa_data|0|Peter Kamau|Director|en|approached|
Tidewater Optics Inc.|US|ssa_data|0|Dana Whitlock|Chief of Staff|en|unsubscribed|
Asagiri Launch Services K.K.|JP|launch_provider|0|Keiko Morinaga|President|en|signed_confidential|
Fjordpad Launch AS|NO|launch_provider|0|Henrik Dale|Chief Executive|en|signed|
Copperline Propulsion Pty Ltd|AU|launch_provider|0|Amelia Ward|Chief Executive|en|declined|foreign_market
Ascenso Lanzamientos S.A.|MX|launch_provider|0|Rodrigo Salas|Director|en|approached|
Karoo Ascent Ltd|ZA|launch_provider|0|Thandi Nkosi|Chief Executive|en|unconfirmed|
Prairie Booster Inc.|US|launch_provider|0|Luke Brandt|General Counsel|en|declined|gov_customer
Ashfield Avionics Ltd|GB|manufacturer|0|Noor Rahimi|Company Secretary|en|declined|legal_review
Lindqvist Structures AB|SE|manufacturer|0|Oskar Lindqvist|Chief Executive|en|signed|
Tessera Panels S.r.l.|IT|manufacturer|0|Giulia Ferrante|Amministratrice delegata|en|signed_confidential|
Hanuri Reaction Wheels Co., Ltd.|KR|manufacturer|0|Minji Seo|Vice President|en|declined|board_or_shareholder
Godavari Avionics Pvt Ltd|IN|manufacturer|0|Lakshmi Rao|Director|en|in_review|
Ember Ridge Thrusters LLC|US|manufacturer|0|Caleb Stone|President|en|wrong_person|
Palissandre Antennes SARL|FR|manufacturer|0|Nadia Benali|Gérante|fr|signed_confidential|
Northfold Reinsurance plc|GB|insurer|0|Ruth Adeyemi|Director|en|signed_quote|We price this risk for everyone. It is the one part of the price that a signature can take away.
Baltmark Underwriting SE|EE|insurer|0|Joosep Tamm|Head of Space Risk|en|signed_confidential|
Palladia Seguros SA|MX|insurer|0|Lucía Cárdenas|Directora de Riesgos|en|identified|
Gannet Marine Syndicate|GB|insurer|0|Alistair Boyd|Active Underwriter|en|declined|antitrust
Helvetan Spezialversicherung AG|CH|insurer|0|Reto Ammann|Leiter Raumfahrt|en|declined_phone|antitrust
Rheinbogen Rückversicherung AG|DE|insurer|0|Ulrike Sander|Vorstand|en|signed_confidential|
Assurances Grand Large SA|FR|insurer|0|Étienne Morel|Directeur des risques|fr|declined|antitrust
Harrow & Vale Brokers LLP|GB|broker|0|Simon Vale|Partner|en|in_review|
Corretora Horizonte Ltda|BR|broker|0|Renata Prado|Sócia-diretora|en|signed|
Maple Crest Risk Partners Inc.|CA|broker|0|Helen Roy|Managing Partner|en|approached|
Oakhurst Space Finance LLC|US|investor|0|Julia Meyer|General Partner|en|declined|legal_review
Perigee Capital Partners SAS|FR|investor|0|Antoine Roche|Associé gérant|fr|signed_confidential|
Savanna Orbit Fund|KE|investor|0|Njeri Mwangi|Managing Director|en|signed|
Tern & Osprey Imaging Ventures Ltd|GB|investor|0|Fiona Grant|Director|en|approached|
Union of Andean Operators|CL|trade_association|0|Valentina Rojas|Secretaria ejecutiva|en|pledged|
Baltic NewSpace Association MTÜ|EE|trade_association|0|Kadri Saar|Executive Director|en|signed_confidential|
Verband Kleiner Raumfahrtbetriebe e.V.|DE|trade_association|0|Bernd Kessler|Geschäftsführer|en|declined|trade_assoc
East African Space Business Council|KE|trade_association|0|Samuel Otieno|Chair|en|signed_confidential|
Dutch Downstream Collective|NL|trade_association|0|Femke Bos|Director|en|identified|
Aurora Polar Institute|NO|academia|1|Ingrid Moen|Director|en|rejected|
Observatoire des Orbites Basses|FR|academia|0|Marc Dufour|Directeur|fr|identified|
Clearwake Services Ltd|GB|in_orbit_services|2|Imogen Hart|Chief Executive|en|signed_confidential|
Orbitug Italia S.p.A.|IT|in_orbit_services|3|Marco Villa|Chief Executive|en|signed|
Suginami Robotics K.K.|JP|in_orbit_services|1|Yui Arakawa|Chief Executive|en|declined|wording
`;

/** Who belongs to whom: the parent signs for its whole group, and so covers the other. */
export const DEMO_GROUP = {
  parent: "Lumbrera Constelaciones S.A.P.I.",
  subsidiary: "Ascenso Lanzamientos S.A.",
};

/** The invented organisations of the demonstration; no real firm is meant. */
export const DEMO_ORGANISATIONS: readonly DemoOrganisation[] = ROWS.trim()
  .split("\n")
  .map((row) => {
    const [
      name = "",
      country = "",
      sector = "",
      satellites = "0",
      contact = "",
      title = "",
      language = "en",
      story,
      extra = "",
    ] = row.split("|");
    return {
      name,
      country,
      sector,
      satellites: Number(satellites),
      contact,
      title,
      language,
      story: story as Story,
      extra,
    };
  });
