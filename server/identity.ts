import { HeliosError } from '#core';

/** What somebody may do; each role may do all that the ones before it may. */
export const ROLES = ['reader', 'caller', 'author', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** The one at this machine's keyboard, while the service listens to this machine only. */
export const LOCAL_IDENTITY: Identity = { id: 'local', name: 'local', role: 'admin' };

export function mayActAs(identity: Identity, role: Role): boolean {
  return ROLES.indexOf(identity.role) >= ROLES.indexOf(role);
}

/** Throws 42501 unless the identity's role is at least this one. */
export function requireRole(identity: Identity, role: Role): void {
  if (mayActAs(identity, role)) return;
  throw new HeliosError('insufficient_privilege', {
    message: `role ${role} is needed`,
    detail: `${identity.name} has role ${identity.role}`,
  });
}
