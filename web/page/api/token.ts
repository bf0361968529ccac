const KEY = 'heliosdb.token';

/** The token requests carry, or null where the service asks for none. */
export function readToken(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps a token until the tab closes, or on this device when `isRemembered`. */
export function keepToken(token: string | null, isRemembered: boolean): void {
  try {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
    if (token !== null) (isRemembered ? localStorage : sessionStorage).setItem(KEY, token);
  } catch {
    // Storage is forbidden: every request goes without a token, and the service says so.
  }
}

/** Whether the token outlives the tab. */
export function isTokenRemembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
