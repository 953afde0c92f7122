import { freePort } from '@imagegen/embedded/free-port';
import { examplesOf, sendCurl } from '../src/readme.ts';
import { checkContainers, checkStopping } from './check-containers.ts';
import { killWorker, obtain, restartPostgres } from './check-failures.ts';
import { checkImages } from './check-images.ts';
import { installation, whyNoEngine } from './engine.ts';
import { completed } from './gateway-calls.ts';
import { rollGateways } from './roll-gateways.ts';

/** EX_UNAVAILABLE of sysexits.h: there is no engine, so nothing was tested. */
const noEngineCode = 69;
const project = 'imagegen-test';
const say = (line: string) => void process.stdout.write(`${line}\n`);

async function check(what: string, run: () => Promise<string>): Promise<boolean> {
  const startedAt = performance.now();
  const ended = (mark: string, detail: string) =>
    say(`${mark} ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s): ${detail}`);
  try {
    ended('ok  ', await run());
    return true;
  } catch (error) {
    ended('FAIL', error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** Builds and runs what docker-compose.yml describes, under a project name of its own, and breaks it. True when everything held. */
async function testContainers(): Promise<boolean> {
  const port = await freePort();
  const single = installation({ project, port, files: ['docker-compose.yml'] });
  const scaled = installation({ project, port, files: ['docker-compose.yml', 'docker-compose.scale.yml'] });
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => void (await scaled.compose('down', '--volumes', '--remove-orphans', '--timeout', '5')));
  await scaled.compose('down', '--volumes', '--remove-orphans', '--timeout', '5');

  const built = await check('every image builds', async () => {
    await single.compose('build');
    return 'five';
  });
  if (!built) return false;
  const results = [await check('images are small, run as nobody special and carry nothing else', () => checkImages(project))];
  const up = await check('docker compose up', async () => {
    await single.compose('up', '-d', '--wait');
    return 'healthy';
  });
  if (!up) {
    say(await single.compose('logs', '--tail', '20'));
    return false;
  }
  results.push(
    await check('containers may do no more than they have to', () => checkContainers(single)),
    await check("the README's example makes a picture", () => tryReadme(single.url)),
    await check('the console and the documents are served', () => fetchPages(single.url)),
    await check('a worker killed in mid-generation', () => killWorker(single)),
    await check('Postgres restarted under generations', () => restartPostgres(single)),
    await check('no service was refused a subject by NATS', async () => {
      const refusals = (await single.compose('logs')).split('\n').filter((line) => /permissions? violation/i.test(line));
      if (refusals.length > 0) throw new Error(refusals[0]);
      return 'none';
    }),
    await check('SIGTERM', () => checkStopping(single)),
    await check('two gateways behind the proxy, three workers each', async () => {
      await obtain('nginx:1.28-alpine');
      await scaled.compose('up', '-d', '--wait');
      return 'healthy';
    }),
    await check('the gateways are replaced under load', () => rollGateways(scaled)),
  );
  return results.every(Boolean);
}

async function tryReadme(url: string): Promise<string> {
  const command = examplesOf('bash', url).find((example) => example.includes('/smart/generate'));
  if (!command) throw new Error('the README has no example');
  const { status, body } = await sendCurl(command);
  if (status !== 202) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  const { images } = await completed(url, (body as { request_id: string }).request_id);
  const picture = await fetch(images[0]?.url ?? '');
  const { size } = await picture.blob();
  if (picture.status !== 200 || size === 0) throw new Error(`the picture's link answered ${picture.status}`);
  return `${picture.headers.get('content-type')}, ${size} bytes`;
}

async function fetchPages(url: string): Promise<string> {
  for (const path of ['/', '/docs', '/openapi.json', '/readyz']) {
    const { status } = await fetch(`${url}${path}`);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  }
  return '200';
}

const missing = await whyNoEngine();
if (missing) {
  process.stderr.write(`Nothing was tested, there is no Docker engine with Compose here (DOCKER_HOST names one):\n${missing}\n`);
  process.exitCode = noEngineCode;
} else process.exitCode = (await testContainers()) ? 0 : 1;
