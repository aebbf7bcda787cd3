import { REDACTED } from './sanitize';

/** Shorter texts would also hit innocent words of a log line; a URL's password is removed by its place instead. */
const SHORTEST = 6;

// Process-wide on purpose: whatever part of this process writes the line, a secret that it was configured with stays out.
const known = new Set<string>();

/** Makes every log line of this process hide this text from now on; the configuration calls it for each secret it reads. */
export function rememberSecret(secret: string): void {
  if (secret.length < SHORTEST) return;
  known.add(secret);
  // Inside a JSON line the text appears escaped.
  known.add(JSON.stringify(secret).slice(1, -1));
  known.add(encodeURIComponent(secret));
}

// Bounded repetitions keep the search linear in the length of a foreign text.
const PASSWORD_IN_URL = /([a-z][a-z0-9+.-]{0,15}:\/\/[^\s:@/"']{0,128}:)[^\s@/"']{1,512}@/gi;

/** The text without the passwords of URLs and without any secret that this process was configured with. */
export function hideSecrets(text: string): string {
  let hidden = text.includes('://') ? text.replace(PASSWORD_IN_URL, `$1${REDACTED}@`) : text;
  for (const secret of known) {
    if (hidden.includes(secret)) hidden = hidden.replaceAll(secret, REDACTED);
  }
  return hidden;
}
