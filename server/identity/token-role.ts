import { HeliosError } from '#core';
import type { Database } from '#storage';
import { hasRowFilters } from './role-database.ts';

/**
 * Fails unless a token can act as this role of the database: it must exist, and an administrator's
 * token acts as none, for nothing would bind it.
 */
export async function assertTokenRole(
  database: Database,
  given: { readonly role: string; readonly databaseRole: string | null },
): Promise<void> {
  const { role, databaseRole } = given;
  if (databaseRole === null) return;
  if (role === 'admin') {
    throw new HeliosError('invalid_parameter_value', {
      message: 'a token with role admin acts as no role of the database',
      hint: 'choose reader, caller or author',
    });
  }
  await database.withConnection((connection) => hasRowFilters(connection, databaseRole));
}
