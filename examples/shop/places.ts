/** Where the shop's customers live and what people there are called. */

export interface Country {
  readonly name: string;
  /** Share of all customers, in per mille; the shares of all countries add up to 1000. */
  readonly share: number;
  /** International dialling prefix. */
  readonly dialling: string;
  /** Largest first; earlier cities are drawn more often. */
  readonly cities: readonly string[];
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
}

const words = (text: string): string[] => text.trim().split(/\s+/);
const list = (text: string): string[] => text.split(',').map((item) => item.trim());

export const COUNTRIES: readonly Country[] = [
  {
    name: 'United States',
    share: 285,
    dialling: '+1',
    cities: list(
      'New York, Los Angeles, Chicago, Houston, Phoenix, Philadelphia, San Diego, Dallas, Austin, Seattle, Denver, Boston, Portland, Nashville, Atlanta, Miami',
    ),
    firstNames: words(
      'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Christopher Karen Daniel Nancy Matthew Lisa Anthony Betty Mark Ashley Steven Emily Andrew Kimberly Joshua Donna Kevin Michelle Brian Amanda George Melissa Timothy Deborah Jason Stephanie Ryan Rebecca Jacob Laura Nicholas Olivia Tyler Hannah Brandon Grace Marcus Naomi',
    ),
    lastNames: words(
      'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Peterson Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Watson Brooks Bennett Gray Hughes Price Myers Long Foster Sanders Ross',
    ),
  },
  {
    name: 'Germany',
    share: 130,
    dialling: '+49',
    cities: list(
      'Berlin, Hamburg, Munich, Cologne, Frankfurt, Stuttgart, Düsseldorf, Leipzig, Dortmund, Bremen, Dresden, Hanover, Nuremberg',
    ),
    firstNames: words(
      'Anna Lukas Sophie Maximilian Lena Jonas Laura Felix Julia Leon Katharina Paul Marie Tim Lisa Niklas Hannah Jan Johanna Tobias Sabine Thomas Petra Andreas Claudia Stefan Monika Michael Birgit Jürgen Heike Markus Ursula Wolfgang Greta Emil Frieda Moritz Charlotte Henrik',
    ),
    lastNames: words(
      'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Friedrich Keller Günther',
    ),
  },
  {
    name: 'United Kingdom',
    share: 120,
    dialling: '+44',
    cities: list(
      'London, Birmingham, Manchester, Leeds, Glasgow, Liverpool, Bristol, Edinburgh, Sheffield, Cardiff, Newcastle, Nottingham, Belfast',
    ),
    firstNames: words(
      'Oliver Amelia George Isla Harry Ava Jack Emily Noah Sophia Charlie Grace Thomas Mia Oscar Poppy William Ella James Lily Henry Freya Alfie Evie Joshua Charlotte Edward Alice Rupert Florence Graham Margaret Ian Susan Stephen Helen Gareth Sian Callum Fiona Imran Priya',
    ),
    lastNames: words(
      'Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason Mitchell Rose Davis Cox Harrison Campbell Fraser Macdonald Murray Hughes Bennett Shaw Fletcher Barnes Chapman Ellis Pearson Holmes Ahmed Graham Stevens Fox',
    ),
  },
  {
    name: 'France',
    share: 90,
    dialling: '+33',
    cities: list(
      'Paris, Marseille, Lyon, Toulouse, Nice, Nantes, Strasbourg, Montpellier, Bordeaux, Lille, Rennes, Grenoble',
    ),
    firstNames: words(
      'Camille Louis Emma Gabriel Léa Hugo Chloé Arthur Manon Jules Inès Raphaël Jeanne Lucas Louise Nathan Sarah Théo Alice Antoine Juliette Pierre Nathalie Philippe Isabelle Nicolas Sylvie Laurent Catherine Julien Céline Olivier Margaux Clément Élise Mathieu',
    ),
    lastNames: words(
      'Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin',
    ),
  },
  {
    name: 'Canada',
    share: 65,
    dialling: '+1',
    cities: list(
      'Toronto, Montreal, Vancouver, Calgary, Ottawa, Edmonton, Winnipeg, Quebec City, Halifax',
    ),
    firstNames: words(
      'Liam Olivia Noah Emma William Charlotte Benjamin Sophie Logan Chloe Ethan Zoe Nathan Maya Owen Abigail Samuel Hannah Émile Rosalie Félix Juliette Antoine Florence Mathieu Geneviève Kyle Megan Wei Mei Arjun Simran Connor Heather',
    ),
    lastNames: words(
      'Smith Brown Tremblay Martin Roy Gagnon Lee Wilson Johnson MacDonald Taylor Campbell Anderson Leblanc Côté Jones Bouchard Williams Miller Gauthier Thompson Morin Lavoie Fortin Gagné White Singh Wong Chan Fraser Reid Pelletier Bélanger Stewart Murphy Clark',
    ),
  },
  {
    name: 'Netherlands',
    share: 55,
    dialling: '+31',
    cities: list(
      'Amsterdam, Rotterdam, The Hague, Utrecht, Eindhoven, Groningen, Haarlem, Maastricht',
    ),
    firstNames: words(
      'Daan Emma Sem Julia Lucas Sophie Levi Anna Finn Lotte Bram Eva Thijs Sanne Jeroen Fleur Pieter Femke Willem Marieke Joost Inge Maarten Anouk Ruben Iris Kees Saskia',
    ),
    lastNames: list(
      'de Jong, Jansen, de Vries, van den Berg, van Dijk, Bakker, Janssen, Visser, Smit, Meijer, de Boer, Mulder, de Groot, Bos, Vos, Peters, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Smits, de Graaf, van der Meer, Kok, Jacobs, Vermeulen, Schouten, Willems',
    ),
  },
  {
    name: 'Spain',
    share: 50,
    dialling: '+34',
    cities: list('Madrid, Barcelona, Valencia, Seville, Zaragoza, Málaga, Bilbao, Granada, Palma'),
    firstNames: words(
      'Lucía Hugo Martina Mateo Sofía Martín María Pablo Paula Daniel Carmen Alejandro Laura Javier Marta Diego Elena Álvaro Cristina Sergio Ana Carlos Isabel Antonio Pilar Manuel Rocío Jorge Nuria Raúl',
    ),
    lastNames: words(
      'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Castro Ortega',
    ),
  },
  {
    name: 'Italy',
    share: 45,
    dialling: '+39',
    cities: list('Rome, Milan, Naples, Turin, Palermo, Genoa, Bologna, Florence, Venice, Verona'),
    firstNames: words(
      'Leonardo Sofia Francesco Giulia Alessandro Aurora Lorenzo Alice Mattia Ginevra Andrea Emma Gabriele Chiara Riccardo Martina Davide Francesca Marco Elisa Giuseppe Paola Antonio Federica Stefano Silvia Matteo Valentina',
    ),
    lastNames: words(
      'Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo',
    ),
  },
  {
    name: 'Australia',
    share: 45,
    dialling: '+61',
    cities: list('Sydney, Melbourne, Brisbane, Perth, Adelaide, Canberra, Hobart, Darwin'),
    firstNames: words(
      'Jack Charlotte Lachlan Olivia Cooper Ruby Angus Matilda Hamish Isla Bailey Zara Declan Imogen Fraser Tahlia Riley Chelsea Mitchell Bronte Darcy Skye Nathan Kylie Shane Narelle Craig Leanne',
    ),
    lastNames: words(
      "Smith Jones Williams Brown Wilson Taylor Nguyen Johnson Martin White Anderson Walker Thompson Thomas Lee Harris Ryan Robinson Kelly King Davis Wright Evans Roberts Campbell Singh Mitchell Murphy O'Connor Fitzgerald",
    ),
  },
  {
    name: 'Sweden',
    share: 30,
    dialling: '+46',
    cities: list('Stockholm, Gothenburg, Malmö, Uppsala, Linköping, Örebro'),
    firstNames: words(
      'Alice Lucas Maja Liam Elsa William Astrid Elias Wilma Oscar Ebba Hugo Freja Axel Saga Nils Linnea Erik Karin Lars Ingrid Anders Kristina Johan Åsa Björn',
    ),
    lastNames: words(
      'Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Lindberg Lindström Lindqvist Berg Axelsson Bergström Lundgren Holm Sandberg',
    ),
  },
  {
    name: 'Japan',
    share: 30,
    dialling: '+81',
    cities: list('Tokyo, Osaka, Yokohama, Nagoya, Sapporo, Fukuoka, Kyoto, Kobe'),
    firstNames: words(
      'Haruto Yui Sota Aoi Yuto Hina Ren Sakura Kaito Mio Hiroshi Yoko Takashi Keiko Kenji Akiko Daisuke Naomi Shota Emi Kazuki Rina Ryo Ayaka',
    ),
    lastNames: words(
      'Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Mori Abe Ikeda Hashimoto Ishikawa',
    ),
  },
  {
    name: 'Poland',
    share: 25,
    dialling: '+48',
    cities: list('Warsaw, Kraków, Łódź, Wrocław, Poznań, Gdańsk'),
    firstNames: words(
      'Zofia Antoni Hanna Jan Julia Aleksander Maja Franciszek Zuzanna Jakub Oliwia Mikołaj Katarzyna Piotr Agnieszka Tomasz Magdalena Krzysztof Ewa Marcin Joanna Łukasz',
    ),
    lastNames: words(
      'Nowak Wójcik Woźniak Mazur Krawczyk Kaczmarek Zając Król Wieczorek Wróbel Stępień Pawlak Walczak Michalak Sikora Baran Duda Szewczyk Pietrzak Marciniak Bąk Włodarczyk',
    ),
  },
  {
    name: 'Brazil',
    share: 30,
    dialling: '+55',
    cities: list(
      'São Paulo, Rio de Janeiro, Brasília, Salvador, Fortaleza, Curitiba, Porto Alegre',
    ),
    firstNames: words(
      'Miguel Helena Arthur Alice Heitor Laura Davi Manuela Gabriel Isabela Pedro Beatriz Lucas Mariana Rafael Júlia Bruno Camila Felipe Fernanda Thiago Larissa Rodrigo Juliana',
    ),
    lastNames: words(
      'Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade',
    ),
  },
];
