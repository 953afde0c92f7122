import { send } from './call.ts';
import type { Row } from './row.ts';

type Route = Partial<Pick<Row, 'who' | 'of' | 'own' | 'takesAway' | 'malformed' | 'malformedFirst'>> & {
  /** Where the id goes when it is not part of the path. */
  query?: string;
  body?: (id: string) => object;
  /** Something that exists and is nobody's, for a path parameter that names no row. */
  fixed?: string;
};

function route(name: string, { query, body, fixed, ...row }: Route = {}): Row {
  const [method = '', path = ''] = name.split(' ');
  return {
    name,
    who: 'users',
    own: 200,
    ...row,
    call: (door, id) => {
      const filled = path.replace(/\{\w+\}/, encodeURIComponent(fixed ?? id)) + (query ? `?${query}=${encodeURIComponent(id)}` : '');
      return send(door, { method, path: filled, ...(method !== 'GET' && method !== 'DELETE' && { body: body?.(id) ?? {} }) });
    },
  };
}

/** Without a prompt nothing is bought: who may call gets 400, who may not never comes that far. */
const generates = (name: string) => route(name, { own: 400 });
const look = { of: 'generation' } as const;
const byRequestId = { ...look, body: (id: string) => ({ request_id: id }) };
const compatibility = { body: () => ({ lora_ids: [309, 310] }) };
const fromGeneration = { ...look, own: 201, body: (id: string) => ({ generation_id: id, name: 'made from a picture' }) };
const newPreset = { own: 201, body: () => ({ name: 'a preset of the matrix' }) };
const image = { of: 'image', malformed: 404, malformedFirst: true } as const;
const everybody = { who: 'everybody' } as const;
const admins = { who: 'admins' } as const;

const v1Paths = [
  'black-forest-labs/flux-dev-lora',
  'generate-image',
  'rundiffusion-fal/juggernaut-flux-lora',
  'fal-ai/flux-general',
  'fal-ai/flux-lora',
  'rundiffusion-fal/rundiffusion-photo-flux',
  'rundiffusion-photo-flux',
  'generate-image-rundiffusion-lora',
  'gpt-image',
  'gpt-image/edit',
  'chatbot_bridge',
];

const gatewayRows = (prefix: string): Row[] => [
  ...['image/generate', 'providers/flux-dev', 'providers/juggernaut', 'providers/flux-general'].map((path) =>
    generates(`POST ${prefix}/${path}`),
  ),
  ...['status', 'retrieve'].flatMap((path) => [
    route(`GET ${prefix}/generations/${path}`, { ...look, query: 'request_id' }),
    route(`POST ${prefix}/generations/${path}`, byRequestId),
  ]),
  route(`GET ${prefix}/generations/{id}/status`, look),
  route(`GET ${prefix}/generations/subscribe`, { ...look, query: 'request_ids' }),
  route(`GET ${prefix}/generations/history`),
  route(`GET ${prefix}/generations/{id}`, look),
  route(`POST ${prefix}/generations/{id}/favorite`, look),
  route(`POST ${prefix}/generations/{id}/cancel`, { ...look, own: 409 }),
  route(`POST ${prefix}/generations/{id}/retry`, { ...look, own: 202 }),
  route(`GET ${prefix}/loras/available`),
  route(`POST ${prefix}/loras/check-compatibility`, compatibility),
  route(`GET ${prefix}/loras/analytics`),
  route(`POST ${prefix}/presets/save`, newPreset),
  route(`POST ${prefix}/presets/from-generation`, fromGeneration),
  route(`GET ${prefix}/presets/list`),
  route(`GET ${prefix}/presets/{id}`, { of: 'preset' }),
];

/** A row for every REST route of the document. */
export const routeRows: readonly Row[] = [
  ...['healthz', 'readyz', 'metrics'].map((path) => route(`GET /${path}`, everybody)),
  route('GET /images/{name}', image),
  route('GET /images/{name}/thumb', image),
  route('POST /webhooks/fal/{token}', { ...everybody, own: 401, fixed: 'x'.repeat(32), body: () => ({ request_id: 'a' }) }),
  route('POST /webhooks/replicate/{token}', { ...everybody, own: 401, fixed: 'x'.repeat(32), body: () => ({ id: 'a' }) }),
  route('POST /api/tickets'),
  route('GET /api:v2/admin/engines', admins),
  route('GET /api:v2/admin/operations', admins),
  route('POST /api:v2/admin/operations/generations/{id}/retry', { ...admins, ...look, own: 202 }),
  route('POST /api:v2/admin/operations/generations/{id}/cancel', { ...admins, ...look, own: 409 }),
  route('GET /api:v2/admin/keys', admins),
  route('POST /api:v2/admin/keys', { ...admins, own: 400 }),
  route('DELETE /api:v2/admin/keys/{id}', { ...admins, of: 'key', takesAway: true }),
  ...['flux/standard', 'flux/advanced', 'flux/juggernaut', 'replicate/generate', 'openai/generate', 'openai/edit', 'smart/generate'].map(
    (path) => generates(`POST /api:v2/${path}`),
  ),
  route('POST /api:v2/admin/credits/grant', { ...admins, own: 400 }),
  route('GET /api:v2/credits/balance'),
  route('GET /api:v2/credits/history'),
  route('POST /api:v2/webhooks', { own: 400 }),
  route('GET /api:v2/webhooks'),
  route('PUT /api:v2/webhooks/{id}', { of: 'endpoint', body: () => ({ description: 'changed' }) }),
  route('DELETE /api:v2/webhooks/{id}', { of: 'endpoint', takesAway: true }),
  route('POST /api:v2/webhooks/rotate'),
  route('POST /api:v2/webhooks/{id}/rotate', { of: 'endpoint' }),
  route('POST /api:v2/webhooks/{id}/test', { of: 'endpoint' }),
  route('GET /api:v2/webhooks/deliveries'),
  route('POST /api:v2/webhooks/deliveries/{id}/redeliver', { of: 'delivery' }),
  route('GET /api:v2/admin/webhooks', admins),
  route('GET /api:v2/status/check', { ...look, query: 'request_id' }),
  route('POST /api:v2/status/check', byRequestId),
  route('POST /api:v2/utils/estimate', { own: 400 }),
  route('POST /api:v2/utils/validate'),
  route('POST /api:v2/utils/compatibility', compatibility),
  route('GET /api:v2/data/history'),
  route('DELETE /api:v2/data/history/{id}', { ...look, takesAway: true }),
  route('GET /api:v2/data/analytics'),
  route('POST /api:v2/data/presets', newPreset),
  route('POST /api:v2/data/presets/from-generation', fromGeneration),
  route('GET /api:v2/data/presets'),
  route('GET /api:v2/data/presets/{id}', { of: 'preset' }),
  route('PUT /api:v2/data/presets/{id}', { of: 'preset', body: () => ({ tags: ['changed'] }) }),
  route('DELETE /api:v2/data/presets/{id}', { of: 'preset', takesAway: true }),
  route('POST /api:v2/data/presets/{id}/apply', { of: 'preset' }),
  ...['/api', '/api:_WUcacrv'].flatMap(gatewayRows),
  ...v1Paths.flatMap((path) => [generates(`POST /api:_WUcacrv/${path}`), route(`GET /api:_WUcacrv/${path}/requests/{id}`, look)]),
  ...['smart_generate', 'flux_standard_v2', 'image_to_image'].map((path) => generates(`POST /api:f0PVlTz_/${path}`)),
  route('GET /api:f0PVlTz_/status_check', { ...look, query: 'job_id' }),
  route('GET /api:f0PVlTz_/requests/{id}', look),
  route('GET /api:f0PVlTz_/loras'),
  generates('POST /v1/images/generations'),
  generates('POST /v1/images/edits'),
  route('GET /v1/models'),
  route('GET /v1/models/{model}', { fixed: 'auto' }),
];
