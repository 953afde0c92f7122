/** Programs of somebody who installed the package. Each wrong line is marked with what the compiler says of it. */
export const programs = {
  'right.ts': `
import { createCompatClient } from '@imagegen/client/compat/create-compat-client';
import type { LoRAModel } from '@imagegen/client/compat/lora-model';
import { createClient } from '@imagegen/client/create-client';
import { GatewayError } from '@imagegen/client/gateway-error';
import { generateAndWait } from '@imagegen/client/generate-and-wait';
import { GenerationFailedError } from '@imagegen/client/generation-failed-error';
import type { GenerationInput, GenerationOutput } from '@imagegen/client/procedure-types';

const input: GenerationInput = { prompt: 'A fox', engine: 'flux-juggernaut', loras: [{ id: 309 }] };

export async function tryEverything(url: string, token: string): Promise<GenerationOutput> {
  const client = createClient({ url, token });
  try {
    const output = await generateAndWait(client, input, { onProgress: ({ progress }) => void progress.toFixed() });
    const page = await client.data.history.query({ search: 'fox', per_page: 5 });
    const favorite: boolean | undefined = page.items[0]?.is_favorite;
    await client.generations.favorite.mutate({ id: output.generation_id, favorite: !favorite });
    const preset = await client.data.presets.create.mutate({ name: 'Fox', settings: { steps: 30 } });
    const applied = await client.data.presets.apply.mutate({ id: preset.id });
    await client.openai.edit.mutate({ prompt: 'A fox', reference_image: 'https://pictures.example.com/fox.png' });
    await client.smart.generate.mutate({ ...applied.input, prompt: 'Another fox' });
    client.generations.subscribe.subscribe({ id: output.generation_id }, { onData: ({ id, data }) => [id.length, data.seq.toFixed()] });
    return output;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'RATE_LIMITED') error.retryAfterMs?.toFixed();
    if (error instanceof GenerationFailedError) error.output.status.length;
    throw error;
  }
}

export async function trySharedNames(baseUrl: string): Promise<string[]> {
  const { searchLoRAModels, generateImage, XanoImageService } = createCompatClient({ baseUrl, getToken: () => null });
  const [lora]: LoRAModel[] = await searchLoRAModels('fox', 'portrait');
  await new XanoImageService().generate({ prompt: 'A fox', lora_models: lora ? [{ model: lora, weight: 1 }] : [], batch_size: 2 });
  return generateImage('A fox', 'text-to-image', { generationDefaults: { steps: 30 } });
}
`,
  'wrong.ts': `
import { createCompatClient } from '@imagegen/client/compat/create-compat-client';
import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';

const client = createClient({ url: 'https://images.example.com', token: 'ig_key' });
await client.smart.generate.mutate({ prompt: 'A fox', cfgscale: 7 }); // TS2561
await client.smart.generate.mutate({ prompt: 'A fox', sizes: 7 }); // TS2353
await client.smart.generate.mutate({ prompt: 'A fox', engine: 'flux-best' }); // TS2322
await client.flux.standard.mutate({ steps: 30 }); // TS2741
await generateAndWait(client, { seed: 1 }); // TS2741
await client.flux.best.mutate({ prompt: 'A fox' }); // TS2339
(await client.status.check.query({ request_id: 'req_1' })).picture; // TS2339
await createCompatClient({ baseUrl: '' }).generateImage({ seed: 1 }); // TS2345
`,
  'run.mjs': `
import { createCompatClient } from '@imagegen/client/compat/create-compat-client';
import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';

const [url] = process.argv.slice(2);
const told = [];
const client = createClient({ url, token: 'ig_key' });
const output = await generateAndWait(client, { prompt: 'A fox' }, { onProgress: ({ progress }) => told.push(progress) });
const urls = await createCompatClient({ baseUrl: url, getToken: () => 'ig_key' }).generateImage('A fox', 'text-to-image');
process.stdout.write(JSON.stringify({ status: output.status, told, urls }));
`,
};

/** As `wrong.ts:7 TS2561`. */
export const expectedErrors = programs['wrong.ts']
  .split('\n')
  .flatMap((line, index) => (/\/\/ TS\d+$/.test(line) ? [`wrong.ts:${index + 1} ${line.split('// ')[1]}`] : []));
