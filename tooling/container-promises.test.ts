import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const ours = ['gateway', 'fal', 'replicate', 'openai', 'simulator'];
const dockerfiles = ours.map((app) => [app, read(`apps/${app}/Dockerfile`)] as const);

type Service = {
  image?: string;
  restart?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  healthcheck?: object;
  ports?: string[];
  environment?: Record<string, string>;
  deploy?: { resources?: { limits?: Record<string, unknown> } };
};

/** Without the warning that `!reset`, Compose's own tag, is unknown. */
function servicesOf(file: string): [string, Service][] {
  const { services } = parse(read(file), { merge: true, logLevel: 'error' }) as { services: Record<string, Service> };
  return Object.entries(services);
}

const described = servicesOf('docker-compose.yml');
const proxies = servicesOf('docker-compose.scale.yml').filter(([, { image }]) => image);
const longRunning = [...described, ...proxies].filter(([, { restart }]) => restart !== 'no');

describe.each(dockerfiles)("%s's image", (app, text) => {
  const stages = text.split(/^(?=FROM )/m);
  const last = stages.at(-1) ?? '';

  it('runs as nobody special, and says whether it lives', () => {
    expect(last).toMatch(/^USER 1000:1000$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
  });

  it('takes nothing but the bundle, what is native and the console from the build', () => {
    expect(last).not.toMatch(/\bpnpm\b|npm install/);
    const copied = [...last.matchAll(/^COPY (.*)$/gm)].map(([, what = '']) => what.split(' ')[1] ?? '');
    expect(copied.filter((path) => !/^\/native\/$|\/dist\/(main\.mjs)?$/.test(path))).toEqual([]);
    expect(copied).toContain(`/repository/apps/${app}/dist/main.mjs`);
  });

  it('shares its build with all the others', () => {
    expect(stages[1]).toBe(dockerfiles[0]?.[1].split(/^(?=FROM )/m)[1]);
  });

  it('is built by the pnpm this repository is tied to', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    expect(text).toContain(`npm install --global ${packageManager}\n`);
  });
});

describe.each(longRunning)('%s as compose runs it', (name, service) => {
  it('may do no more than it has to', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    if (!ours.includes(name)) expect(service.user).toMatch(/^[1-9]\d*:/);
  });

  it('has limits, and a health check here or in its image', () => {
    expect(service.deploy?.resources?.limits).toMatchObject({
      cpus: expect.anything(),
      memory: expect.anything(),
      pids: expect.anything(),
    });
    if (!ours.includes(name)) expect(service.healthcheck).toBeDefined();
  });

  it('is reached from this machine alone', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

it('names a version of every image it does not build', () => {
  const named = [...dockerfiles.flatMap(([, text]) => [...text.matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image ?? ''))];
  const used = longRunning.flatMap(([name, { image }]) => (image && !ours.includes(name) ? [image] : []));
  expect([...named, ...used].filter((image) => !/:\d/.test(image))).toEqual([]);
});

it('hands passwords over as files only', () => {
  const values = [...described, ...servicesOf('docker-compose.keys.yml')].flatMap(([, { environment }]) =>
    Object.entries(environment ?? {}),
  );
  const secret = values.filter(([name]) => /PASSWORD|SECRET|_KEY|TOKEN|DATABASE_URL|NATS_URL/.test(name));
  expect(secret.length).toBeGreaterThan(5);
  expect(secret.filter(([name, value]) => !name.endsWith('_FILE') || !/^\/run\/(generated|secrets)\//.test(value))).toEqual([]);
});

it('lets NATS give every service a user, and none the whole of JetStream', () => {
  const config = read('docker/nats.conf');
  expect([...config.matchAll(/user: (\w+),/g)].map(([, user]) => user)).toEqual(['gateway', 'fal', 'replicate', 'openai']);
  expect(config).not.toMatch(/"(>|\$JS\.>|\$JS\.API\.>|_INBOX\.>)"/);
  expect(config).toMatch(/sync_interval: always/);
  expect(config).toMatch(/max_payload: 256KB/);
});
