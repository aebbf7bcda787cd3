/** Why no answer came, in a few words: the code that the system gave (ECONNREFUSED), which fetch wraps in an error that says nothing. */
export function requestFault(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message ?? 'unknown fault';
}
