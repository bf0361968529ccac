// Procedures of a library: what is wrong with each, or that nothing is, stands in known-faults.test.ts.
import { heliosdbQuery } from 'heliosdb-wasm-sdk';

/** @param {bigint} member */
export function overdue_cost(member) {
  let cost = 0;
  for (const loan of heliosdbQuery(`SELECT book_id, days FROM loans WHERE member_id = ${member}`)) {
    const [book] = heliosdbQuery(`SELECT fee FROM books WHERE book_id = ${loan.book_id}`);
    cost += Number(loan.days) * Number(book.fee);
  }
  return cost;
}

/** @param {bigint} shelf */
export function shelf_pages(shelf) {
  let total = 0n;
  for (const { pages } of heliosdbQuery('SELECT pages FROM books WHERE shelf = ?', [shelf])) {
    total += BigInt(pages);
  }
  return total;
}

/** @param {bigint} id */
export function title_of(id) {
  return heliosdbQuery('SELECT * FROM books WHERE book_id = ?', [id])[0].title;
}

/** @param {bigint} id */
export function fee_or_zero(id) {
  try {
    return Number(heliosdbQuery('SELECT fee FROM book WHERE book_id = ?', [id])[0].fee);
  } catch {
    return 0;
  }
}

/** @param {bigint} id */
export function fee_of(id) {
  const [row] = heliosdbQuery('SELECT fee FROM books WHERE book_id = ?', [id]);
  return row === undefined ? null : Number(row.fee);
}

/** @param {bigint} shelf */
export function pages_on(shelf) {
  return heliosdbQuery('SELECT sum(pages)::BIGINT AS n FROM books WHERE shelf = ?', [shelf])[0].n;
}

/** @param {string} name */
export function initials(name) {
  return name
    .split(' ')
    .map((word) => word[0])
    .join('');
}

/** @param {string} isbn */
export function checked_isbn(isbn) {
  if (isbn.length !== 13) throw new Error(`${isbn} has ${isbn.length} digits`);
  return isbn;
}
