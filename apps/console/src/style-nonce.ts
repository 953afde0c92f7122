/** Styles that are made in the page carry the nonce of its Content-Security-Policy, which stands in the page itself. */
export function styleNonce(): string {
  const holder = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return holder?.nonce || holder?.getAttribute('nonce') || '';
}
