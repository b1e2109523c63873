/** What calls need of the session, apart from it: the session itself is found out by a call. */
let token = '';
let onLost: () => void = () => undefined;

/** The token that proves to the gateway that a call comes from this page. */
export function csrfToken(): string {
  return token;
}

/** To be told by the session. */
export function keepCredentials(csrf: string, lost: () => void): void {
  token = csrf;
  onLost = lost;
}

/** The gateway no longer knows who asks. */
export function onUnauthorized(): void {
  onLost();
}
