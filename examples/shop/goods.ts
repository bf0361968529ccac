/** What the shop sells, and the merchants where its customers also pay. */

export interface Category {
  readonly name: string;
  /** How often the category is bought relative to the others. */
  readonly weight: number;
  /** Every product is `<line> <item>`; the item carries its usual price in the shop's currency. */
  readonly lines: readonly string[];
  readonly items: readonly (readonly [name: string, price: number])[];
}

const list = (text: string): string[] => text.split(',').map((item) => item.trim());

export const CATEGORIES: readonly Category[] = [
  {
    name: 'Electronics',
    weight: 14,
    lines: list('Nordlys, Pulse, Aero, Vantage'),
    items: [
      ['Wireless Headphones', 129],
      ['Bluetooth Speaker', 79],
      ['Smartwatch', 219],
      ['Fitness Tracker', 89],
      ['Portable Charger', 35],
      ['Noise-Cancelling Earbuds', 149],
      ['Action Camera', 279],
      ['E-Reader', 139],
      ['4K Webcam', 99],
      ['Streaming Stick', 45],
    ],
  },
  {
    name: 'Computers',
    weight: 8,
    lines: list('Vertex, Quanta, Helix'),
    items: [
      ['14-inch Laptop', 949],
      ['16-inch Laptop', 1499],
      ['27-inch Monitor', 329],
      ['Mechanical Keyboard', 109],
      ['Wireless Mouse', 39],
      ['USB-C Dock', 149],
      ['1 TB SSD', 95],
      ['Graphics Tablet', 189],
      ['Laptop Stand', 45],
      ['Wi-Fi Router', 119],
      ['Laser Printer', 199],
    ],
  },
  {
    name: 'Home & Kitchen',
    weight: 14,
    lines: list('Hearth, Maple & Stone, Casa Verde, Everyday'),
    items: [
      ['Chef Knife', 59],
      ['Cast Iron Skillet', 45],
      ['Espresso Machine', 349],
      ['Stand Mixer', 289],
      ['Electric Kettle', 49],
      ['Dinner Plate Set', 65],
      ['Wine Glass Set', 38],
      ['Linen Duvet Cover', 119],
      ['Bath Towel Set', 42],
      ['Air Fryer', 129],
    ],
  },
  {
    name: 'Furniture',
    weight: 4,
    lines: list('Fjord, Atelier, Linden'),
    items: [
      ['Dining Table', 649],
      ['Office Chair', 269],
      ['Bookshelf', 189],
      ['Two-Seat Sofa', 899],
      ['Floor Lamp', 95],
      ['Bedside Table', 109],
      ['Standing Desk', 479],
      ['Coffee Table', 229],
    ],
  },
  {
    name: 'Clothing',
    weight: 15,
    lines: list("Women's, Men's, Unisex"),
    items: [
      ['Merino Sweater', 89],
      ['Cotton T-Shirt', 22],
      ['Slim Jeans', 69],
      ['Rain Jacket', 129],
      ['Linen Shirt', 55],
      ['Wool Coat', 249],
      ['Hooded Sweatshirt', 49],
      ['Down Vest', 99],
      ['Pyjama Set', 45],
      ['Wool Socks', 14],
    ],
  },
  {
    name: 'Shoes',
    weight: 7,
    lines: list("Women's, Men's, Kids'"),
    items: [
      ['Running Shoes', 119],
      ['Leather Boots', 179],
      ['Canvas Sneakers', 59],
      ['Hiking Boots', 159],
      ['Sandals', 45],
      ['House Slippers', 29],
    ],
  },
  {
    name: 'Sports & Outdoors',
    weight: 9,
    lines: list('Summit, Trailhead, Tide'),
    items: [
      ['Yoga Mat', 35],
      ['Two-Person Tent', 229],
      ['Sleeping Bag', 119],
      ['Adjustable Dumbbells', 249],
      ['Hiking Backpack', 139],
      ['Insulated Water Bottle', 28],
      ['Cycling Helmet', 69],
      ['Trekking Poles', 59],
      ['Camping Stove', 75],
      ['Resistance Band Set', 25],
    ],
  },
  {
    name: 'Toys & Games',
    weight: 7,
    lines: list('Little Fox, Wonderbox, Rainbow'),
    items: [
      ['Building Blocks', 39],
      ['Wooden Train Set', 55],
      ['Jigsaw Puzzle', 19],
      ['Family Board Game', 34],
      ['Plush Bear', 24],
      ['Science Kit', 32],
      ['Card Game', 12],
      ['Dollhouse', 89],
    ],
  },
  {
    name: 'Beauty',
    weight: 8,
    lines: list('Lumière, Calm, Wild Rose'),
    items: [
      ['Moisturising Cream', 28],
      ['Vitamin C Serum', 36],
      ['Shampoo', 14],
      ['Conditioner', 14],
      ['Eau de Parfum', 79],
      ['Lip Balm', 7],
      ['Sunscreen SPF 50', 19],
      ['Hand Cream', 11],
    ],
  },
  {
    name: 'Books',
    weight: 9,
    lines: list("Illustrated, Pocket, Collector's"),
    items: [
      ['World Atlas', 39],
      ['Mediterranean Cookbook', 32],
      ['Garden Handbook', 24],
      ['History of Astronomy', 29],
      ['Fairy Tale Collection', 22],
      ['Travel Guide to Japan', 21],
      ['Bird Guide', 18],
      ['Poetry Anthology', 16],
      ['Detective Novel', 12],
      ['Science Fiction Novel', 13],
    ],
  },
  {
    name: 'Grocery',
    weight: 10,
    lines: list('Organic, Farmhouse, Classic'),
    items: [
      ['Coffee Beans 1 kg', 19],
      ['Green Tea', 8],
      ['Extra Virgin Olive Oil', 14],
      ['Dark Chocolate', 4],
      ['Acacia Honey', 9],
      ['Granola', 6],
      ['Basmati Rice 2 kg', 8],
      ['Almond Butter', 11],
      ['Tomato Passata', 3],
      ['Maple Syrup', 13],
    ],
  },
  {
    name: 'Pet Supplies',
    weight: 5,
    lines: list('Happy Tails, Purrfect, Meadow'),
    items: [
      ['Dog Bed', 59],
      ['Cat Scratching Post', 45],
      ['Dry Dog Food 10 kg', 48],
      ['Cat Litter', 16],
      ['Dog Leash', 18],
      ['Bird Feeder', 22],
      ['Aquarium Starter Kit', 99],
    ],
  },
];

export interface MerchantCategory {
  readonly name: string;
  /** Usual size of one payment. */
  readonly amount: number;
  readonly merchants: readonly string[];
}

/** Every merchant has one branch in the largest city of each country. */
export const MERCHANT_CATEGORIES: readonly MerchantCategory[] = [
  {
    name: 'Groceries',
    amount: 38,
    merchants: list('Green Basket, Corner Market, Fresh & Co, Daily Grocer'),
  },
  {
    name: 'Restaurants',
    amount: 31,
    merchants: list('Olive Table, Noodle House, The Copper Pan, Bistro Nine'),
  },
  { name: 'Cafés', amount: 8, merchants: list('Morning Roast, Bean & Leaf') },
  { name: 'Fuel', amount: 52, merchants: list('Roadstar Fuel, Blue Pump') },
  { name: 'Travel', amount: 310, merchants: list('Skyway Travel, Harbor Hotels, Railhopper') },
  { name: 'Fashion', amount: 64, merchants: list('Thread & Needle, Urban Cut, Velvet Lane') },
  { name: 'Electronics', amount: 185, merchants: list('Circuit World, Bright Devices') },
  { name: 'Entertainment', amount: 22, merchants: list('Star Cinema, Ticket Hall, Playhouse') },
  { name: 'Health', amount: 27, merchants: list('Wellspring Pharmacy, City Dental') },
  { name: 'Home Improvement', amount: 76, merchants: list('Toolbox Depot, Paint & Plank') },
  { name: 'Jewellery', amount: 420, merchants: list('Aurum Jewellers') },
  { name: 'Gaming', amount: 35, merchants: list('Pixel Arcade, Lucky Spin Online') },
];
