import type { ProviderAdapter } from '@imagegen/worker/provider-adapter';
import type { ProviderEndpoint } from '@imagegen/worker/provider-endpoint';
import { ProviderError } from '@imagegen/worker/provider-error';
import { toEditForm } from './edit-form.ts';
import { callOpenAi, submitTimeoutMs } from './openai-client.ts';
import { openAiCostMicros } from './openai-cost.ts';
import { readPictures } from './openai-errors.ts';

/** OpenAI's images API answers with the pictures: there is no id before the answer, no list and no webhook, so a lost answer stays lost. */
export function createOpenAiAdapter(endpoint: ProviderEndpoint): ProviderAdapter {
  return {
    provider: 'openai',
    resultHosts: [],
    trustedOrigins: [],
    inlinesReferences: true,
    onUnknown: 'fail',
    submitTimeoutMs,

    async submit({ call, signal }) {
      const body = call.endpoint === 'images/edits' ? toEditForm(call.body) : JSON.stringify(call.body);
      const answer = await callOpenAi(endpoint, { endpoint: call.endpoint, body, signal });
      const pictures = readPictures(answer);
      const requestId = answer.headers['x-request-id'];
      return {
        kind: 'finished',
        providerRequestId: typeof requestId === 'string' ? requestId : null,
        output: {
          images: pictures.base64.map((text) => ({ kind: 'bytes', bytes: Buffer.from(text, 'base64'), blocked: false })),
          seed: null,
          costMicros: openAiCostMicros(call.body, pictures),
        },
      };
    },

    async check() {
      throw new ProviderError('not-found', 'OpenAI keeps no submissions that could be looked at.', { billed: 'unknown' });
    },
  };
}
