import * as z from 'zod';

const message = 'must be an https URL';
const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether a URL names this very machine. */
function isLoopback(url: { hostname: string }): boolean {
  return loopbackHosts.has(url.hostname);
}

/** Where webhooks go. Plain http is for this machine alone, and whether that is allowed is the gateway's configuration. */
export const webhookUrlSchema = z
  .url({ protocol: /^https?$/, error: message, abort: true })
  .max(2_000)
  .refine((text) => text.toLowerCase().startsWith('https:') || (URL.canParse(text) && isLoopback(new URL(text))), message)
  .meta({ description: 'An https URL of a public host.' });
