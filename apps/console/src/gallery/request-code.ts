import type { GenerationInput } from '@imagegen/client/procedure-types';

/** The call that makes this picture again, for a shell. */
export function curlOf(origin: string, input: GenerationInput): string {
  const { engine: _, ...body } = input;
  const path = input.engine ? routes[input.engine] : '/smart/generate';
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return `curl -X POST ${origin}/api:v2${path} \\\n  -H "authorization: Bearer $IMAGE_KEY" \\\n  -H "content-type: application/json" \\\n  -d '${json}'`;
}

const routes = {
  'flux-standard': '/flux/standard',
  'flux-advanced': '/flux/advanced',
  'flux-juggernaut': '/flux/juggernaut',
  replicate: '/replicate/generate',
  openai: '/openai/generate',
  'openai-edit': '/openai/edit',
} as const;

/** The same with the typed client. */
export function typescriptOf(origin: string, input: GenerationInput): string {
  return [
    "import { createClient, generateAndWait } from '@imagegen/client';",
    '',
    `const client = createClient({ url: '${origin}', token: process.env.IMAGE_KEY ?? '' });`,
    `const { images } = await generateAndWait(client, ${JSON.stringify(input, null, 2)});`,
    'console.log(images[0]?.url);',
  ].join('\n');
}
