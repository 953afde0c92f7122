/** What a reader of the explorer sees before the first route, in Markdown. */
export const introduction = `One door in front of fal.ai, Replicate and OpenAI: receipts for every choice, the truth about every parameter, at most one payment.

## Begin

\`\`\`bash
curl -s https://images.example.com/api:v2/smart/generate \\
  -H 'Authorization: Bearer ig_…' -H 'Content-Type: application/json' \\
  -d '{"prompt": "A beautiful sunset over mountains", "seed": 12345, "priority": "quality"}'
\`\`\`

answers 202 with \`request_id\`, \`poll_url\`, \`seed\`, \`adjustments\` and \`routing\`. Ask \`poll_url\` with \`&wait=30\`, or follow
\`/api/generations/subscribe\`.

## From TypeScript

\`\`\`ts
import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';

const client = createClient({ url: 'https://images.example.com', token: 'ig_…' });
const generation = await generateAndWait(
  client,
  { prompt: 'A beautiful sunset over mountains', seed: 12345, priority: 'quality' },
  { onProgress: ({ status, progress }) => console.log(status, progress) },
);
\`\`\`

## Be told

Send \`webhook_url\` with a request, or register an endpoint at \`/api:v2/webhooks\`. What comes is signed as [Standard
Webhooks](https://www.standardwebhooks.com) has it, at least once and in no promised order: drop a \`webhook-id\` that was there before, order
by \`data.seq\`, answer 2xx within 15 seconds.

\`\`\`ts
import { Webhook } from 'standardwebhooks';

const { type, data } = new Webhook('whsec_…').verify(rawBody, headers);
\`\`\`

## Callers of today

The old endpoints are under **v1** and **deployed**: a caller changes its host name and nothing else. ChatEnhanced's front ends change two lines:

\`\`\`ts
import { createCompatClient } from '@imagegen/client/compat/create-compat-client';
export const { fetchLoRAModels, searchLoRAModels, generateImage, getGenerationStatus, XanoImageService } = createCompatClient({ baseUrl: 'https://images.example.com', getToken: () => null });
\`\`\`
`;
