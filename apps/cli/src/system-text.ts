import type { System } from '@imagegen/embedded/system';
import { type Provider, providers } from './provider-keys.ts';

/** Where everything of a development system is, with its keys. */
export function systemText(urls: System['urls'], { dataDir, simulated }: { dataDir: string; simulated: readonly Provider[] }): string {
  const { gateway, simulator, database, nats } = urls;
  const rows = [
    ['Console', `${gateway}/`],
    ['Gateway', gateway],
    ['Explorer', `${gateway}/docs`],
    ['tRPC', `${gateway}/trpc`],
    ['Keys', 'ig_dev_user1, ig_dev_user2, ig_dev_admin (Authorization: Bearer …)'],
    ['Providers', providers.map((provider) => `${provider}: ${simulated.includes(provider) ? 'simulated' : 'real'}`).join(', ')],
    ...(simulator ? [['Simulator', `${simulator}/sim/ledger`]] : []),
    ['Postgres', database],
    ['NATS', nats],
    ['Data', `${dataDir} (logs in logs/)`],
  ];
  return `${rows.map(([label = '', value]) => `${label.padEnd(12)}${value}\n`).join('')}\nCtrl-C ends it.\n`;
}
