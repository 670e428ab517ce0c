import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** By the certificates that are trusted besides the usual ones. Reading the usual ones takes longer than a short run does. */
const contexts = new Map<string | undefined, SecureContext>();

/**
 * Returns the TLS context of a process that trusts the usual certificates; made once, when the first connection needs it.
 * @param ca certificates (PEM) to trust besides the usual ones
 */
export function trustedContext(ca: string | undefined): SecureContext {
  const known = contexts.get(ca);
  if (known !== undefined) return known;
  const context = createSecureContext(ca === undefined ? {} : { ca: [...rootCertificates, ca] });
  contexts.set(ca, context);
  return context;
}

/** Returns the options of a request that trusts the usual certificates and these. */
export function trusting(ca: string | undefined): { readonly secureContext: SecureContext } {
  return { secureContext: trustedContext(ca) };
}
