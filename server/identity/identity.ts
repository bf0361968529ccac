import { HeliosError } from '#core';

/** What somebody may do; each role may do all that the ones before it may. */
export const ROLES = ['reader', 'caller', 'author', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from. */
export interface Identity {
  /** Of the token; `local` and `owner` are those who need none. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The role of the database whose grants and row filters hold; nothing for administrators. */
  readonly databaseRole: string;
  /** Null is without bound. */
  readonly requestsPerMinute: number | null;
  readonly runSecondsPerHour: number | null;
}

const UNBOUNDED = { requestsPerMinute: null, runSecondsPerHour: null };

/** Whoever is at this machine, while the service listens to this machine only. */
export const LOCAL: Identity = {
  id: 'local',
  name: 'local',
  role: 'admin',
  databaseRole: 'admin',
  ...UNBOUNDED,
};

/** The one who may open the file: the local socket lets nobody else in. */
export const OWNER: Identity = {
  id: 'owner',
  name: 'owner',
  role: 'admin',
  databaseRole: 'admin',
  ...UNBOUNDED,
};

/**
 * Whose questions continue each other: one's own. Those who need no token are one person at this
 * machine, in a terminal and in the page.
 */
export function askersWith({ id }: Identity): readonly string[] {
  return id === LOCAL.id || id === OWNER.id ? [LOCAL.id, OWNER.id] : [id];
}

export function mayActAs({ role }: Pick<Identity, 'role'>, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Throws 42501 unless the identity's role is at least this one. */
export function requireRole(identity: Identity, role: Role): void {
  if (mayActAs(identity, role)) return;
  throw new HeliosError('insufficient_privilege', {
    message: `role ${role} is needed`,
    detail: `${identity.name} has role ${identity.role}`,
  });
}
